import Foundation
import LocalServers
import Synchronization
import TestSupport
import Testing

/// Members of several tenants who ask all the time, and some who have no business there.
final class FaultCrowd: Sendable {
    private struct Member: Sendable {
        let subdomain: String
        let id: String
        let token: String

        var host: String { "\(self.subdomain).\(Deployment.domain)" }
    }

    private struct Page: Decodable {
        struct Row: Decodable {
            let id: String
            let name: String
        }

        let data: [Row]
    }

    private static let path = "/api/tenant/clients"
    private static let password = "marmalade tugboat lantern"

    let tally = FaultTally()
    private let caller: HTTPCaller
    private let members: [Member]
    /// Whose tenant is suspended.
    private let suspended: Member
    /// Who has been shut out of a tenant that goes on.
    private let disabled: Member
    private let isStopped = Mutex(false)
    /// The names of the rows that a 201 promised.
    private let promised = Mutex<Set<String>>([])

    private init(_ caller: HTTPCaller, _ members: [Member], suspended: Member, disabled: Member) {
        self.caller = caller
        self.members = members
        self.suspended = suspended
        self.disabled = disabled
    }

    /// Makes the tenants and signs everybody in.
    static func gather(_ deployment: Deployment, _ server: RunningServer) async throws -> FaultCrowd {
        let admin = try await deployment.signIn(server)
        let caller = HTTPCaller(port: server.port)
        var members: [Member] = []
        for subdomain in ["acme", "globex", "initech", "umbrella", "hooli", "stark"] {
            members.append(try await Self.enrol(subdomain, admin, caller))
        }
        let (disabled, suspended) = (members.removeLast(), members.removeLast())
        let crowd = FaultCrowd(caller, members, suspended: suspended, disabled: disabled)
        for member in members {
            for number in 0..<3 { try await crowd.add("\(member.subdomain)-first-\(number)", member) }
        }
        let done = try await admin.send("/api/admin/tenants/\(suspended.id)/suspend", json: [:])
        try #require(done.status == 200, "\(done.testDescription)")
        let schema = "tenant_" + disabled.id.replacing("-", with: "")
        try await deployment.cluster.execute("UPDATE \(schema).users SET status = 'disabled'", database: "app")
        return crowd
    }

    private static func enrol(_ subdomain: String, _ admin: AdminCaller, _ caller: HTTPCaller) async throws -> Member {
        let made = try await admin.begin(subdomain, headers: ["Prefer": "wait=60"])
        try #require(made.status == 201, "\(made.testDescription)")
        let id = try made.decoded(HTTPCaller.Tenant.self).id
        let link = try await admin.send("/api/admin/tenants/\(id)/activation-links", json: [:])
        let token = try #require(try link.decoded(HTTPCaller.Link.self).url.split(separator: "=").last)
        let host = "\(subdomain).\(Deployment.domain)"
        let activated = try await caller.send(
            "/api/tenant/activations", host: host, json: ["token": String(token), "password": Self.password])
        try #require(activated.status < 300, "\(activated.testDescription)")
        let session = try await caller.send(
            "/api/tenant/sessions", host: host,
            json: ["email": "\(subdomain)@mail.example", "password": Self.password])
        try #require(session.status == 200, "\(session.testDescription)")
        return Member(
            subdomain: subdomain, id: id, token: try session.decoded(HTTPCaller.Session.self).accessToken)
    }

    /// Asks until told to stop.
    func ask(_ number: Int) async throws {
        var round = 0
        while !self.isStopped.withLock({ $0 }) {
            round += 1
            let own = self.members[(number + round) % self.members.count]
            let other = self.members[(number + round + 1) % self.members.count]
            switch round % 8 {
            case 0: _ = try await self.expect(403, own.token, other.host)
            case 1: _ = try await self.expect(401, own.token.dropLast(4) + "AAAA", own.host)
            case 2: _ = try await self.expect(403, self.suspended.token, self.suspended.host)
            case 3: _ = try await self.expect(401, self.disabled.token, self.disabled.host)
            case 4: try await self.add("\(own.subdomain)-\(number)-\(round)", own)
            default: _ = try await self.read(own)
            }
        }
    }

    func stop() { self.isStopped.withLock { $0 = true } }

    func waitForAnswers(more count: Int) async throws {
        let before = self.tally.answers
        try await eventually(within: .seconds(60)) { self.tally.answers >= before + count }
    }

    func waitForRows(more count: Int) async throws {
        let before = self.tally.rows
        try await eventually(within: .seconds(90)) { self.tally.rows >= before + count }
    }

    /// Waits until everybody is told what they are told when nothing is wrong.
    func waitUntilWell() async throws {
        try await eventually(within: .seconds(60)) {
            for member in self.members { if try await self.read(member) != 200 { return false } }
            for (status, token, host) in [
                (403, self.members[0].token, self.members[1].host), (403, self.suspended.token, self.suspended.host),
                (401, self.disabled.token, self.disabled.host),
            ] {
                if try await self.expect(status, token, host) != status { return false }
            }
            return true
        }
    }

    /// Whoever was told 201 finds the row, in the own tenant.
    func expectWhatWasPromised(on cluster: LocalPostgres) async throws {
        for member in self.members {
            let schema = "tenant_" + member.id.replacing("-", with: "")
            let rows = try await cluster.execute("SELECT name FROM \(schema).clients", database: "app")
            let names = Set(rows.split(separator: "\n").map(String.init))
            let promised = self.promised.withLock { $0 }.filter { $0.hasPrefix(member.subdomain + "-") }
            #expect(promised.count >= 3 && promised.isSubset(of: names))
            #expect(names.allSatisfy { $0.hasPrefix(member.subdomain + "-") })
        }
    }

    private func read(_ member: Member) async throws -> Int {
        try await self.expect(200, member.token, member.host) { answer in
            let rows = try answer.decoded(Page.self).data
            #expect(!rows.isEmpty)
            #expect(
                rows.allSatisfy { $0.name.hasPrefix(member.subdomain + "-") }, "\(member.subdomain): \(answer.text)")
        }
    }

    private func add(_ name: String, _ member: Member) async throws {
        let status = try await self.expect(201, member.token, member.host, json: ["name": name])
        if status == 201 { _ = self.promised.withLock { $0.insert(name) } }
    }

    private func expect(
        _ status: Int, _ token: some StringProtocol, _ host: String, json: [String: String]? = nil,
        _ look: (HTTPCaller.Answer) throws -> Void = { _ in }
    ) async throws -> Int {
        let start = ContinuousClock.now
        let path = json == nil ? Self.path + "?limit=20" : Self.path
        let answer = try await self.caller.send(path, host: host, token: String(token), json: json)
        self.tally.take(answer, expected: status, after: start.duration(to: .now))
        if answer.status == 200 { try look(answer) }
        return answer.status
    }
}
