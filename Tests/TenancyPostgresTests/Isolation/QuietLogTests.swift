import Foundation
import Postgres
import Tenancy
import TenancyPostgres
import TestSupport
import Testing

@Suite("What tenants' transactions leave in the server's log")
struct QuietLogTests {
    @Test("Nothing: a line a request would fill the disk")
    func quiet() async throws {
        try await TwoTenants.with(.direct) { two in
            let database = two.bulkhead.database
            let folder = try await database.execute("SHOW data_directory")
            let name = try await database.execute("SELECT current_database()")
            let log = URL(fileURLWithPath: folder).appending(path: "../../server.log").standardizedFileURL
            let before = try String(contentsOf: log, encoding: .utf8).utf8.count
            for _ in 0..<3 {
                _ = try await two.bulkhead.tenants.read(["SELECT count(*) FROM clients"], in: two.accessA)
                try await two.bulkhead.tenants.withTenant(two.accessA) { session in
                    _ = try await session.query("UPDATE clients SET notes = 'x'")
                }
            }
            // Something that does leave a line, to see that lines are found.
            await #expect(throws: PostgresError.self) {
                _ = try await two.bulkhead.tenants.read(["SELECT 1 / 0"], in: two.accessA)
            }
            let text = try String(contentsOf: log, encoding: .utf8)
            let lines = String(decoding: text.utf8.dropFirst(before), as: UTF8.self).split(separator: "\n")
            let ours = lines.filter { $0.contains("bulkhead_app@\(name) ") && !$0.contains("STATEMENT:") }
            #expect(ours.count == 1, "\(ours)")
            #expect(ours.allSatisfy { $0.contains("division by zero") })
        }
    }
}
