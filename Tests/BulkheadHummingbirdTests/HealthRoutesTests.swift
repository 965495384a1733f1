import BulkheadHummingbird
import Hummingbird
import HummingbirdTesting
import Testing

@Suite("Health and readiness")
struct HealthRoutesTests {
    private func ready(_ checks: [ReadinessCheck]) async throws -> Answer {
        let router = Router()
        HealthRoutes(checks: checks).register(on: router)
        return try await Application(router: router).test(.router) { client in
            let live = try await client.execute(uri: "/health/live", method: .get)
            #expect(live.status == .ok)
            #expect(String(buffer: live.body) == #"{"status":"live"}"#)
            let ready = try await client.execute(uri: "/health/ready", method: .get)
            return Answer(status: ready.status.code, headers: ready.headers, text: String(buffer: ready.body))
        }
    }

    @Test("ready when every check is")
    func allReady() async throws {
        let answer = try await self.ready([
            ReadinessCheck("database") { .ready() }, ReadinessCheck("clock") { .ready("0 ms off") },
        ])
        #expect(answer.status == 200)
        #expect(
            answer.text
                == #"{"status":"ready","checks":[{"name":"database","status":"ready"},"#
                + #"{"name":"clock","status":"ready","detail":"0 ms off"}]}"#)
        #expect(answer["cache-control"] == "no-store")
    }

    @Test("not ready when one check fails, and says which")
    func oneFails() async throws {
        let answer = try await self.ready([
            ReadinessCheck("database") { .failed("connection refused") }, ReadinessCheck("clock") { .ready() },
        ])
        #expect(answer.status == 503)
        #expect(try answer.string("status") == "notReady")
        #expect(answer.text.contains(#"{"name":"database","status":"failed","detail":"connection refused"}"#))
    }

    @Test("ready when nothing is asked")
    func noChecks() async throws {
        #expect(try await self.ready([]).text == #"{"status":"ready","checks":[]}"#)
    }
}
