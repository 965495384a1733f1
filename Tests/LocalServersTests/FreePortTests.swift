import LocalServers
import TestSupport
import Testing

@Suite struct FreePortTests {
    @Test func `no port is handed out twice`() throws {
        let ports = try (0..<50).map { _ in try FreePort.reserve() }
        #expect(Set(ports).count == 50)
        #expect(ports.allSatisfy { (20_000...32_767).contains($0) && FreePort.isFree($0) })
    }

    @Test func `a port with a listener is not free`() async throws {
        #expect(try await !FreePort.isFree(TestPostgres.shared().port))
    }

    @Test(arguments: [-1, 0, 65_536, .max]) func `what is no port is not free`(port: Int) {
        #expect(!FreePort.isFree(port))
    }
}
