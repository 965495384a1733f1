import Foundation
import LocalServers
import Logging
import TestSupport
import Testing

@Suite struct LocalPgBouncerTests {
    private let logger = Logger(label: "test.pgbouncer")

    @Test func `with a pool of one, all clients share one server connection`() async throws {
        try await TestPostgres.withDatabase { database in
            let role = database.name
            try await database.execute("CREATE ROLE \(role) LOGIN PASSWORD 'pa\"ss word'")
            let folder = TestPostgres.temporaryFolder()
            let pooler = try await LocalPgBouncer.start(
                in: folder, upstream: database.cluster, users: [role: "pa\"ss word"], poolSize: 1, logger: logger)
            let processes = try await withThrowingTaskGroup(of: String.self) { group in
                for _ in 0..<6 {
                    group.addTask {
                        try await pooler.execute(
                            "SELECT pg_backend_pid()", database: database.name, user: role, password: "pa\"ss word")
                    }
                }
                return try await group.reduce(into: Set()) { $0.insert($1) }
            }
            #expect(processes.count == 1)
            let pools = try await pooler.execute("SHOW POOLS", database: "pgbouncer")
            #expect(pools.contains("\(database.name)|\(role)|"))
            #expect(pools.contains("|transaction"))
            try await pooler.stop()
            #expect(!FileManager.default.fileExists(atPath: folder.path))
            #expect(FreePort.isFree(pooler.port))
            try await database.execute("DROP ROLE \(role)")
        }
    }

    @Test func `a wrong password is refused`() async throws {
        let cluster = try await TestPostgres.shared()
        let pooler = try await LocalPgBouncer.start(
            in: TestPostgres.temporaryFolder(), upstream: cluster, users: ["someone": "right"], logger: logger)
        await #expect(throws: LocalServerError.self) {
            try await pooler.execute("SELECT 1", user: "someone", password: "wrong")
        }
        try await pooler.stop()
    }

    @Test func `a setting it does not know ends the start with its own words`() async throws {
        let cluster = try await TestPostgres.shared()
        let error = await #expect(throws: LocalServerError.self) {
            _ = try await LocalPgBouncer.start(
                in: TestPostgres.temporaryFolder(), upstream: cluster, settings: ["no_such_setting": "1"],
                logger: logger)
        }
        #expect(error?.code == .startFailed)
        #expect(error?.details?.contains("no_such_setting") == true)
    }
}
