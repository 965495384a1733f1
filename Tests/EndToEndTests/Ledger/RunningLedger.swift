import Foundation
import TestSupport
import Testing

/// The example program, running on a PostgreSQL of its own.
struct RunningLedger: Sendable {
    private struct Ready: Decodable {
        let port: Int
        let adminEmail: String
        let adminPassword: String
    }

    struct Account: Decodable {
        let id: String
        let name: String
        let balanceMinor: Int
    }

    struct Company: Sendable {
        let id: String
        let host: String
        let token: String
    }

    let data: URL
    let program: StartedProgram
    let caller: HTTPCaller
    let adminPassword: String
    private let adminToken: String

    /// The example's migrations.
    static let tables = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Examples/Ledger/Sources/Ledger/Tables").path

    /// Lends one; it is stopped and its data are gone afterwards.
    static func use<Value>(_ body: (RunningLedger) async throws -> Value) async throws -> Value {
        try await Development.withFolder { data in
            let ledger = try await self.start(in: data)
            let value = try await body(ledger)
            try await ledger.stop()
            return value
        }
    }

    static func start(in data: URL) async throws -> RunningLedger {
        let program = try StartedProgram(
            try BuiltCommand.path(of: "Ledger"), ["--port", "0", "--data", data.path, "--json"])
        try await eventually(within: .seconds(90)) { program.output.contains("\n") || !program.isRunning }
        let line = try #require(program.output.split(separator: "\n").first, "\(program.errors)")
        let ready = try JSONDecoder().decode(Ready.self, from: Data(line.utf8))
        let caller = HTTPCaller(port: ready.port)
        let session = try await caller.send(
            "/api/admin/sessions", json: ["email": ready.adminEmail, "password": ready.adminPassword])
        return RunningLedger(
            data: data, program: program, caller: caller, adminPassword: ready.adminPassword,
            adminToken: try session.decoded(HTTPCaller.Session.self).accessToken)
    }

    func stop() async throws {
        self.program.send(SIGTERM)
        try await eventually(within: .seconds(40)) { !self.program.isRunning }
        #expect(await self.program.waitForEnd() == 0, "\(self.program.errors)")
    }

    /// Founds a company and signs its first member in.
    func found(_ name: String) async throws -> Company {
        let created = try await self.caller.create(name, token: self.adminToken)
        try #require(created.status == 201, "\(created.testDescription)")
        let id = try created.decoded(HTTPCaller.Tenant.self).id
        let link = try await self.caller.send(
            "/api/admin/tenants/\(id)/activation-links", token: self.adminToken, method: "POST")
        let activation = try #require(try link.decoded(HTTPCaller.Link.self).url.split(separator: "=").last)
        let host = "\(name).localhost"
        let password = "marmalade tugboat lantern"
        let activated = try await self.caller.send(
            "/api/tenant/activations", host: host, json: ["token": String(activation), "password": password])
        try #require(activated.status == 200, "\(activated.testDescription)")
        let session = try await self.caller.send(
            "/api/tenant/sessions", host: host, json: ["email": "ada@\(name).example", "password": password])
        return Company(id: id, host: host, token: try session.decoded(HTTPCaller.Session.self).accessToken)
    }

    func accounts(_ company: Company) async throws -> [Account] {
        let answer = try await self.caller.send("/api/ledger/accounts", host: company.host, token: company.token)
        try #require(answer.status == 200, "\(answer.testDescription)")
        return try answer.decoded()
    }

    func book(_ amount: Int, from credit: Account, to debit: Account, _ company: Company) async throws
        -> HTTPCaller.Answer
    {
        let body = #"{"debit":"\#(debit.id)","credit":"\#(credit.id)","amountMinor":\#(amount),"memo":"test"}"#
        return try await self.caller.send(
            "/api/ledger/entries", host: company.host, token: company.token, body: Data(body.utf8))
    }

    /// Runs a command of `bulkhead` on the same installation.
    func bulkhead(_ arguments: String..., knowsTables: Bool = true) async throws -> BuiltCommand.Outcome {
        let environment = ["BULKHEAD_TENANT_TABLES": Self.tables, "BULKHEAD_SAMPLE_TABLES": "false"]
        return try await BuiltCommand.run(
            arguments + ["--data", self.data.path], environment: knowsTables ? environment : [:])
    }
}
