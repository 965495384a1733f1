import ControlPlane
import Foundation
import HTTPTypes
import Synchronization
import Tenancy
import Testing

@Suite struct ReachabilityTests {
    @Test func certificatesAreShownWithWhatWentWrong() async throws {
        let server = try await TestServer()
        let token = try server.adminToken()
        let empty = try await server.send(.get, "/api/admin/certificates", host: "admin.example.com", token: token)
        #expect(empty.status == 200 && empty.text == #"{"data":[],"nextCursor":null}"#)
        let date = Date(timeIntervalSince1970: 1_800_000_000)
        let status = CertificateStatus(
            source: "acme", state: .due, names: ["*.example.com", "example.com"], issuer: "Test CA", serial: "0a",
            notBefore: date, notAfter: date, renewedAt: date, lastError: .init(detail: "no answer", at: date),
            nextAttemptAt: date)
        server.catalog.state.withLock { $0.certificates = [status] }
        let answer = try await server.send(.get, "/api/admin/certificates", host: "admin.example.com", token: token)
        #expect(answer.status == 200)
        for part in [
            #""source":"acme""#, #""state":"due""#, #""names":["*.example.com","example.com"]"#, #""issuer":"Test CA""#,
            #""notAfter":"2027-01-15T08:00:00.000000Z""#,
            #""lastError":{"detail":"no answer","at":"2027-01-15T08:00:00.000000Z"}"#,
            #""nextAttemptAt":"2027-01-15T08:00:00.000000Z""#,
        ] { #expect(answer.text.contains(part), "\(part) in \(answer.text)") }
    }

    @Test func zoneIsShownWithItsFindings() async throws {
        let server = try await TestServer()
        let token = try server.adminToken()
        let empty = try await server.send(.get, "/api/admin/dns", host: "admin.example.com", token: token)
        #expect(empty.status == 200 && empty.text == #"{"reconciliation":null,"scan":null}"#)
        let report = ZoneReport(
            provider: "PowerDNS", zone: "example.com", wanted: 2, changed: 1,
            findings: [.init(name: "old.example.com", detail: "remove it")], failure: "broken off")
        try await server.catalog.save(report, as: .scan)
        let answer = try await server.send(.get, "/api/admin/dns", host: "admin.example.com", token: token)
        #expect(answer.text.contains(#""findings":[{"name":"old.example.com","detail":"remove it"}]"#))
        #expect(answer.text.contains(#""failure":"broken off""#) && answer.text.contains(#""reconciliation":null"#))
    }

    @Test(arguments: ["/api/admin/certificates", "/api/admin/dns"])
    func strangersSeeNothing(path: String) async throws {
        let server = try await TestServer()
        #expect(try await server.send(.get, path, host: "admin.example.com").status == 401)
        let token = try server.adminToken()
        #expect(try await server.send(.get, path, host: "acme.example.com", token: token).status != 200)
    }
}
