import Foundation
import LocalServers
import Logging
import TestSupport
import Testing

@Suite struct LocalPostgresTests {
    @Test func `a temporary server leaves nothing behind when it is stopped`() async throws {
        let folder = TestPostgres.temporaryFolder()
        let server = try await start(folder, lifetime: .temporary)
        #expect(try await server.execute("SHOW server_encoding", "SELECT 1 + 1") == "UTF8\n2")
        #expect(server.isRunning)
        try await server.stop()
        #expect(!server.isRunning)
        #expect(server.socketDirectory == nil)
        #expect(FreePort.isFree(server.port))
        #expect(!FileManager.default.fileExists(atPath: folder.path))
        try await server.stop()
    }

    @Test func `nobody gets in without the password, by TCP or by socket`() async throws {
        let server = try await TestPostgres.shared()
        for user in ["postgres", "nobody"] {
            let error = await #expect(throws: LocalServerError.self) {
                try await server.execute("SELECT 1", user: user, password: "wrong")
            }
            #expect(error?.details?.contains("password authentication failed") == true)
        }
        let rules = try await server.execute("SELECT DISTINCT auth_method FROM pg_hba_file_rules")
        #expect(rules == "scram-sha-256")
        #expect(try await server.execute("SHOW listen_addresses") == "127.0.0.1")
        #expect(server.superuserPassword.count == 48)
    }

    @Test func `data, port and password stay when a server is started again`() async throws {
        let folder = TestPostgres.temporaryFolder()
        let first = try await start(folder)
        try await first.execute("CREATE TABLE t AS SELECT 7 AS n")
        for mode in [LocalPostgres.StopMode.smart, .fast, .immediate] {
            try await first.restart(mode)
            #expect(try await first.execute("SELECT n FROM t") == "7")
        }
        try await first.stop()
        let second = try await start(folder)
        #expect(second.port == first.port)
        #expect(second.superuserPassword == first.superuserPassword)
        #expect(try await second.execute("SELECT n FROM t") == "7")
        try await second.stop()
        try FileManager.default.removeItem(at: folder)
    }

    @Test func `settings reach the server as they are`() async throws {
        let value = "it's 'a' \\ test"
        try await TestPostgres.withCluster(settings: ["bulkhead.text": value]) { server in
            let shown = try await server.execute("SHOW bulkhead.text")
            #expect(shown == value)
        }
    }

    @Test func `a crash loses nothing that was committed`() async throws {
        try await TestPostgres.withCluster(settings: ["synchronous_commit": "on"]) { server in
            try await server.execute("CREATE TABLE t AS SELECT 7 AS n")
            try await server.crash()
            #expect(!server.isRunning)
            try await server.waitUntilEnded()
            try await server.startAgain()
            #expect(try await server.execute("SELECT n FROM t") == "7")
        }
    }

    @Test func `a port that is taken is said clearly`() async throws {
        let taken = try await TestPostgres.shared().port
        let folder = TestPostgres.temporaryFolder()
        let error = await #expect(throws: LocalServerError.self) {
            _ = try await start(folder, port: taken, lifetime: .temporary)
        }
        #expect(error?.code == .portTaken)
        #expect(error?.description.contains("Port \(taken)") == true)
        #expect(!FileManager.default.fileExists(atPath: folder.path))
    }

    @Test func `a folder in use names its owner, and its server goes on`() async throws {
        let server = try await TestPostgres.shared()
        let error = await #expect(throws: LocalServerError.self) { _ = try await start(server.directory) }
        #expect(error?.code == .folderInUse)
        #expect(error?.description.contains("process \(ProcessInfo.processInfo.processIdentifier)") == true)
        #expect(try await server.execute("SELECT 1") == "1")
    }

    @Test func `a setting PostgreSQL does not know ends the start with its own words`() async throws {
        let folder = TestPostgres.temporaryFolder()
        let error = await #expect(throws: LocalServerError.self) {
            _ = try await start(folder, settings: ["no_such_setting": "1"], lifetime: .temporary)
        }
        #expect(error?.code == .startFailed)
        #expect(error?.details?.contains("no_such_setting") == true)
        #expect(error.map { String(reflecting: $0).contains("no_such_setting") } == true)
        #expect(!FileManager.default.fileExists(atPath: folder.path))
    }

    @Test func `a version that is not installed is named, with its package`() async throws {
        let error = await #expect(throws: LocalServerError.self) {
            _ = try await PostgresInstallation.find(majorVersion: 9)
        }
        #expect(error?.code == .notInstalled)
        #expect(error?.description.contains("apt-get install postgresql-9") == true)
        let found = try await PostgresInstallation.find()
        #expect(found.majorVersion >= PostgresInstallation.oldestMajorVersion)
    }

    @Test func `names and passwords are escaped in a URI`() async throws {
        let server = try await TestPostgres.shared()
        let uri = server.uri(user: "a b", password: "p@s/s:%", database: "d?e")
        #expect(uri == "postgresql://a%20b:p%40s%2Fs%3A%25@127.0.0.1:\(server.port)/d%3Fe")
        #expect(server.uri(user: "app") == "postgresql://app@127.0.0.1:\(server.port)/postgres")
        #expect(server.uri().contains(":\(server.superuserPassword)@"))
    }

    @Test(arguments: 0..<8) func `a test has a database of its own`(number: Int) async throws {
        try await TestPostgres.withDatabase { database in
            try await database.execute("CREATE TABLE t AS SELECT \(number) AS n")
            #expect(try await database.execute("SELECT n FROM t") == "\(number)")
        }
    }
}

private func start(
    _ folder: URL, port: Int? = nil, settings: [String: String] = [:], lifetime: LocalPostgres.Lifetime = .kept
) async throws -> LocalPostgres {
    try await LocalPostgres.start(
        in: folder, port: port, settings: TestPostgres.settings.merging(settings) { $1 }, lifetime: lifetime,
        logger: Logger(label: "test"))
}
