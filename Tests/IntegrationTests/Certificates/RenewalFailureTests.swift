import ACME
import BulkheadHummingbird
import Certificates
import ControlPlane
import DNSProviders
import DNSTestSupport
import Foundation
import TLS
import Tenancy
import TenancyPostgres
import TestSupport
import Testing

@testable import ServerBootstrap

/// No certificate to be had, or nothing to be made of what the catalog has.
@Suite struct RenewalFailureTests {
    @Test func anAuthorityThatIsDownIsAskedAgainLaterAndTheOldCertificateStays() async throws {
        try await CertificateBench.use { bench in
            let old = try await bench.put(.issued(daysAgo: 70))
            try await bench.authority.stop()
            let process = try await bench.process("a")
            try await CertificateProcess.running([process]) {
                try await eventually(within: .seconds(60)) { process.status.lastError != nil }
                let status = process.status
                let failure = try #require(status.lastError)
                #expect(failure.detail.contains("*.saas.test") && failure.detail.contains("did not answer"))
                let wait = try #require(status.nextAttemptAt).timeIntervalSince(failure.at)
                #expect(wait >= 60 && wait <= 75)
                #expect(status.serial == old && status.state == .due)
                guard case .ready(let text) = status.readiness else { throw Unready() }
                #expect(text?.contains("was not renewed: No certificate for") == true)

                try await bench.authority.restart()
                try await bench.bulkhead.database.execute(
                    #"UPDATE bulkhead.certificates SET state = state || '{"waitUntil": "2020-01-01T00:00:00Z"}'"#)
                try await eventually(within: .seconds(60)) { process.serial != old }
                #expect(process.status.lastError == nil && process.status.nextAttemptAt == nil)
            }
        }
    }

    @Test func whatTheAuthorityRefusesIsSaidInWords() async throws {
        try await CertificateBench.use(refusing: [CertificateBench.domain]) { bench in
            let process = try await bench.process("a")
            try await CertificateProcess.running([process]) {
                try await eventually(within: .seconds(60)) { process.status.lastError != nil }
                let detail = try #require(process.status.lastError?.detail)
                #expect(detail.contains("refused the order (rejectedIdentifier)"), "\(detail)")
                #expect(process.status.readiness == .failed("there is none yet; \(detail)"))
                let account = try await bench.issuer("a").account()
                #expect(account != nil)
                let shared = try await bench.shared.found()
                #expect(try bench.shared.account(of: shared) == account, "others use it for the next attempt")
                #expect(shared.record.version == 0)
            }
        }
    }

    @Test func aCertificateForOtherNamesAndAnAccountAndStateThatCannotBeReadAreReplaced() async throws {
        try await CertificateBench.use { bench in
            let other = try await bench.put(.issued(for: "earlier.test"))
            try await bench.bulkhead.database.execute(
                """
                UPDATE bulkhead.certificates SET sealed_account = decode(repeat('00', 64), 'hex'),
                    state = '{"failures": "many", "waitUntil": 7}'
                """)
            let process = try await bench.process("a")
            #expect(process.serial != other && process.status.state == .provisional)
            try await CertificateProcess.running([process]) {
                try await eventually(within: .seconds(60)) { process.status.state == .valid }
            }
            #expect(process.status.lastError == nil)
            let found = try await bench.shared.found()
            #expect(try bench.shared.account(of: found) != nil && found.state.lastSuccess != nil)
            #expect(try bench.shared.bundle(of: found)?.names.sorted() == CertificateBench.names)
        }
    }

    private struct Unready: Error {}
}
