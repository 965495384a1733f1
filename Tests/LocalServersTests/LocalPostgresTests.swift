import Foundation
import LocalServers
import Logging
import TestSupport
import Testing

@Suite struct LocalPostgresTests {
    @Test func `a new folder becomes a server that asks for a password`() async throws {
        let folder = TestPostgres.temporaryFolder()
        let server = try await LocalPostgres.start(
            in: folder, lifetime: .temporary, logger: Logger(label: "test"))
        #expect(try await server.execute("SHOW server_encoding", "SELECT 1 + 1") == "UTF8\n2")
        try await server.stop()
        #expect(!FileManager.default.fileExists(atPath: folder.path))
    }

    @Test(arguments: 0..<8) func `a test has a database of its own`(number: Int) async throws {
        try await TestPostgres.withDatabase { database in
            try await database.execute("CREATE TABLE t AS SELECT \(number) AS n")
            #expect(try await database.execute("SELECT n FROM t") == "\(number)")
        }
    }
}
