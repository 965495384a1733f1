import Foundation
import LocalServers
import TestSupport
import Testing

/// `bulkhead init` on a PostgreSQL of one's own, and `serve` on what it has prepared.
@Suite struct InitTests {
    private struct Report: Decodable {
        let database: String
        let createdRoles: [String]
        let refused: [String]
        let migrations: [String]
        let controlURL: String?
        let appURL: String?
        let secretFile: String
        let createdSecretFile: Bool
    }

    private struct Ready: Decodable {
        let port: Int
        let managementURL: String
    }

    @Test(.timeLimit(.minutes(4))) func superuserPreparesADatabaseThatServes() async throws {
        try await TestPostgres.withCluster { cluster in
            try await Self.withFolder { folder in
                try await cluster.execute("CREATE DATABASE app TEMPLATE template0")
                let url = cluster.uri(database: "app")
                let first = try await BuiltCommand.run("init", "--database-url", url, "--json", in: folder)
                try #require(first.status == 0, "\(first.testDescription)")
                let report = try first.decoded(Report.self)
                #expect(report.database == "app")
                #expect(report.createdRoles.contains("bulkhead_app"))
                #expect(report.refused.isEmpty)
                #expect(report.createdSecretFile)

                // Again: nothing new, and no password of a role in use is touched or shown.
                let second = try await BuiltCommand.run("init", "--database-url", url, in: folder)
                #expect(second.status == 0 && second.says("were there already"), "\(second.testDescription)")
                #expect(!second.output.contains("postgresql://"))
                try await Self.serve(report, in: folder)
            }
        }
    }

    @Test(.timeLimit(.minutes(4))) func roleWithCreateRolePreparesItsOwnDatabase() async throws {
        try await TestPostgres.withCluster { cluster in
            try await Self.withFolder { folder in
                try await cluster.execute(
                    "CREATE ROLE boss LOGIN CREATEROLE CREATEDB PASSWORD 'boss of all'",
                    "CREATE DATABASE managed OWNER boss TEMPLATE template0")
                let url = cluster.uri(user: "boss", password: "boss of all", database: "managed")
                let outcome = try await BuiltCommand.run("init", "--database-url", url, in: folder)
                try #require(outcome.status == 0, "\(outcome.testDescription)")
                #expect(outcome.says("did not let this role"), "\(outcome.testDescription)")
                let repeated = try await BuiltCommand.run("init", "--database-url", url, "--json", in: folder)
                let report = try repeated.decoded(Report.self)
                #expect(!report.refused.isEmpty)
                #expect(report.createdRoles.isEmpty)
                #expect(report.controlURL == nil)
            }
        }
    }

    @Test(.timeLimit(.minutes(4))) func refusalsSayWhy() async throws {
        try await TestPostgres.withCluster { cluster in
            try await Self.withFolder { folder in
                let nowhere = cluster.uri(database: "nowhere")
                let missing = try await BuiltCommand.run("init", "--database-url", nowhere, in: folder)
                #expect(missing.status == 1 && missing.says("does not exist"), "\(missing.testDescription)")
                #expect(!missing.errors.contains(cluster.superuserPassword))
                let wrong = try await BuiltCommand.run("init", "--database-url", "nonsense", in: folder)
                #expect(wrong.status == 2, "\(wrong.testDescription)")
                // A database that nobody has prepared.
                let secret = folder.appendingPathComponent("bulkhead.secret").path
                let bare = cluster.uri(database: "postgres")
                let early = try await BuiltCommand.run(
                    "tenant", "list", "--database-url", bare, "--app-database-url", bare, "--secret-file", secret,
                    in: folder)
                #expect(early.status == 1 && early.says("bulkhead init"), "\(early.testDescription)")
            }
        }
    }

    /// Makes an administrator and a tenant, serves, signs in, and stops.
    private static func serve(_ report: Report, in folder: URL) async throws {
        let environment = [
            "BULKHEAD_DATABASE_URL": try #require(report.controlURL),
            "BULKHEAD_APP_DATABASE_URL": try #require(report.appURL), "BULKHEAD_SECRET_FILE": report.secretFile,
            "BULKHEAD_HTTP_PORT": "0", "BULKHEAD_MANAGEMENT_PORT": "0", "BULKHEAD_HTTP_HOST": "127.0.0.1",
        ]
        let admin = try await BuiltCommand.run(
            ["admin", "create", "--email", "root@bulkhead.example", "--name", "Root", "--password-file", "-"],
            in: folder, environment: environment, input: "a password for tests only\n")
        try #require(admin.status == 0, "\(admin.testDescription)")
        let server = try StartedProgram(
            try BuiltCommand.path(), ["serve", "--json", "--base-domain", "example.test"], in: folder,
            environment: environment)
        try await eventually(within: .seconds(60)) { server.output.contains("\n") || !server.isRunning }
        let line = try #require(server.output.split(separator: "\n").first, "\(server.errors)")
        let ready = try JSONDecoder().decode(Ready.self, from: Data(line.utf8))
        let caller = HTTPCaller(port: ready.port)
        let answer = try await caller.send(
            "/api/admin/sessions", host: "admin.example.test",
            json: ["email": "root@bulkhead.example", "password": "a password for tests only"])
        #expect(answer.status == 200, "\(answer.testDescription)")
        // Outside of development the bare domain is nobody's.
        #expect(try await caller.send("/api/admin/tenants", host: "example.test").status == 404)
        server.send(SIGTERM)
        #expect(await server.waitForEnd() == 0, "\(server.errors)")
    }

    private static func withFolder(_ body: (URL) async throws -> Void) async throws {
        let folder = TestPostgres.temporaryFolder()
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        do {
            try await body(folder)
        } catch {
            try FileManager.default.removeItem(at: folder)
            throw error
        }
        try FileManager.default.removeItem(at: folder)
    }
}
