import Foundation
import LocalServers
import Postgres
import TestSupport
import Testing

/// A PostgreSQL of its own that `bulkhead init` has prepared, for servers that are processes of their own.
struct Deployment: Sendable {
    /// The domain under which the tenants lie.
    static let domain = "example.test"
    /// Settings with which a server works on all tenants of a test at the same time.
    static let roomForAll = ["PROVISIONING_CONCURRENCY": "24", "DATABASE_CONNECTIONS": "60"]
    private static let email = "root@bulkhead.example"
    private static let password = "a password for tests only"

    private struct Report: Decodable {
        let controlURL: String?
        let appURL: String?
        let directoryURL: String?
        let secretFile: String
    }

    let cluster: LocalPostgres
    let folder: URL
    /// What every server on it needs.
    private let environment: [String: String]
    /// The catalog's views, as an edge reads them.
    let directoryURL: String

    /// The database past everything that protects it.
    var superuserURL: String { self.cluster.uri(database: "app") }

    /// The catalog, as the servers reach it.
    var controlURL: String { self.environment["BULKHEAD_DATABASE_URL"] ?? "" }

    /// Tenants' rows, as the servers reach them.
    var appURL: String { self.environment["BULKHEAD_APP_DATABASE_URL"] ?? "" }

    /// Lends one; servers that still run afterwards are killed.
    ///
    /// - Parameters:
    ///   - settings: `BULKHEAD_*` for all its servers, without the prefix.
    ///   - postgres: settings of PostgreSQL.
    static func use(
        _ settings: [String: String] = [:], postgres: [String: String] = [:],
        _ body: (Deployment) async throws -> Void
    ) async throws {
        // What a commit promises is what these tests are about.
        let postgres = postgres.merging(["synchronous_commit": "on"]) { own, _ in own }
        try await TestPostgres.withCluster(settings: postgres) { cluster in
            let folder = TestPostgres.temporaryFolder()
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            // It is in the system's folder for temporary files.
            defer { try? FileManager.default.removeItem(at: folder) }
            try await body(try await Self.prepare(cluster, in: folder, settings))
        }
    }

    private static func prepare(
        _ cluster: LocalPostgres, in folder: URL, _ settings: [String: String]
    ) async throws -> Deployment {
        try await cluster.execute("CREATE DATABASE app TEMPLATE template0")
        let outcome = try await BuiltCommand.run(
            "init", "--database-url", cluster.uri(database: "app"), "--json", in: folder)
        try #require(outcome.status == 0, "\(outcome.testDescription)")
        let report = try outcome.decoded(Report.self)
        var environment = [
            "DATABASE_URL": try #require(report.controlURL), "APP_DATABASE_URL": try #require(report.appURL),
            "SECRET_FILE": report.secretFile, "HTTP_PORT": "0", "MANAGEMENT_PORT": "0", "HTTP_HOST": "127.0.0.1",
            "BASE_DOMAIN": Self.domain, "SCRYPT_LOG_ROUNDS": "10", "PROVISIONING_RATE": "unlimited",
            "WORKFLOW_LEASE_SECONDS": "2",
            // These tests send in seconds what people send in hours; those of limits switch them on.
            "RATE_LIMITS": "off",
        ]
        environment.merge(settings) { $1 }
        let deployment = Deployment(
            cluster: cluster, folder: folder,
            environment: Dictionary(uniqueKeysWithValues: environment.map { ("BULKHEAD_" + $0.key, $0.value) }),
            directoryURL: try #require(report.directoryURL))
        try await deployment.makeAdministrator()
        return deployment
    }

    private func makeAdministrator() async throws {
        // What only a server reads is no setting of a command's.
        let outcome = try await BuiltCommand.run(
            ["admin", "create", "--email", Self.email, "--name", "Root", "--password-file", "-"], in: self.folder,
            environment: self.environment, input: Self.password + "\n")
        try #require(outcome.status == 0, "\(outcome.testDescription)")
    }

    /// Starts a server and waits until it serves.
    ///
    /// - Parameter settings: its own, without the prefix.
    func serve(_ role: String = "all", _ settings: [String: String] = [:]) async throws -> RunningServer {
        let own = Dictionary(uniqueKeysWithValues: settings.map { ("BULKHEAD_" + $0.key, $0.value) })
        return try await RunningServer.start(role, in: self.folder, environment: self.environment.merging(own) { $1 })
    }

    /// What a server needs that goes on at a standby when the database has died.
    func settings(alsoAt standby: LocalPostgres) -> [String: String] {
        var settings: [String: String] = [:]
        for name in ["DATABASE_URL", "APP_DATABASE_URL"] {
            let url = self.environment["BULKHEAD_" + name] ?? ""
            let hosts = "127.0.0.1:\(self.cluster.port),127.0.0.1:\(standby.port)"
            settings[name] =
                url.replacing("127.0.0.1:\(self.cluster.port)", with: hosts) + (url.contains("?") ? "&" : "?")
                + "target_session_attrs=read-write"
        }
        return settings
    }

    /// Starts an edge, which gets nothing but what an edge needs, and waits until it serves.
    ///
    /// - Parameter settings: what it passes requests on to, without the prefix.
    func edge(_ settings: [String: String]) async throws -> RunningServer {
        try await RunningServer.start("edge", in: self.folder, environment: self.edgeEnvironment(settings))
    }

    /// What an edge needs.
    func edgeEnvironment(_ settings: [String: String]) -> [String: String] {
        let own = [
            "DIRECTORY_DATABASE_URL": self.directoryURL, "BASE_DOMAIN": Self.domain, "HTTP_HOST": "127.0.0.1",
            "HTTP_PORT": "0", "MANAGEMENT_PORT": "0",
        ].merging(settings) { $1 }
        return Dictionary(uniqueKeysWithValues: own.map { ("BULKHEAD_" + $0.key, $0.value) })
    }

    /// Runs a command of the operator's.
    func command(_ arguments: String...) async throws -> BuiltCommand.Outcome {
        try await self.command(arguments)
    }

    /// Runs a command of the operator's.
    ///
    /// - Parameter settings: `BULKHEAD_*` on top of those of the servers, without the prefix.
    func command(_ arguments: [String], _ settings: [String: String] = [:]) async throws -> BuiltCommand.Outcome {
        let own = Dictionary(uniqueKeysWithValues: settings.map { ("BULKHEAD_" + $0.key, $0.value) })
        return try await BuiltCommand.run(
            arguments, in: self.folder, environment: self.environment.merging(own) { $1 })
    }

    /// Signs the administrator in.
    func signIn(_ server: RunningServer) async throws -> AdminCaller {
        try await self.signIn(over: HTTPCaller(port: server.port))
    }

    /// Signs the administrator in.
    func signIn(over caller: some APICaller) async throws -> AdminCaller {
        let answer = try await caller.send(
            "/api/admin/sessions", host: "admin.\(Self.domain)", token: nil, headers: [:],
            json: ["email": Self.email, "password": Self.password], method: nil)
        try #require(answer.status == 200, "\(answer.testDescription)")
        return AdminCaller(caller: caller, token: try answer.decoded(HTTPCaller.Session.self).accessToken)
    }

    /// Lends a client that is the superuser; it connects again by itself when PostgreSQL has been restarted.
    func asSuperuser<Value: Sendable>(
        _ body: @escaping @Sendable (PostgresClient) async throws -> Value
    ) async throws -> Value {
        try await Superuser.use(self.superuserURL, body)
    }
}
