import Foundation
import HTTPTypes
import Tenancy
import TestSupport
import Testing

@Suite("A client that comes back to the stream of events, with a real database behind")
struct EventResumptionTests {
    @Test("goes on behind its event, or from the beginning if a crash has put another one in its place")
    func crash() async throws {
        try await Installation.with { installation in
            let acme = try await installation.makeTenant("acme")
            func told(behind last: String? = nil) async throws -> [String] {
                let answer = try await installation.send(
                    .get, "/api/admin/tenants/\(acme.id)/provisioning/events", host: "admin.localhost",
                    token: installation.adminToken, headers: last.map { ["Last-Event-ID": $0] } ?? [:])
                try #require(answer.status == 200 || answer.status == 204, "\(answer.testDescription)")
                return answer.text.split(separator: "\n").filter { $0.hasPrefix("id: ") }.map {
                    String($0.dropFirst(4))
                }
            }
            let before = try await told()
            try #require(before.count > 8)
            #expect(try await told(behind: before[7]) == Array(before[8...]))
            #expect(try await told(behind: before.last).isEmpty)
            // The journal as a crash and another worker leave it: others have the numbers from 6 on.
            _ = try await installation.bulkhead.database.execute(
                """
                UPDATE bulkhead.workflow_events e SET at = at + interval '1 microsecond' FROM bulkhead.workflow_runs r
                WHERE r.id = e.run_id AND r.subject = '\(acme.id)' AND e.sequence > 5
                """)
            let after = try await told()
            #expect(after.count == before.count && after[..<5] == before[..<5])
            #expect(Set(after[5...]).isDisjoint(with: before))
            for lost in [before[5], before[7], before[before.count - 1]] {
                #expect(try await told(behind: lost) == after)
            }
            #expect(try await told(behind: before[4]) == Array(after[5...]))
        }
    }
}
