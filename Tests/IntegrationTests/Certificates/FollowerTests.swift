import ACME
import BulkheadHummingbird
import Certificates
import ControlPlane
import DNSProviders
import DNSTestSupport
import Foundation
import ServiceLifecycle
import TLS
import Tenancy
import TenancyPostgres
import TestSupport
import Testing

@testable import ServerBootstrap

/// What a process makes of the certificate that it finds in the catalog.
@Suite struct FollowerTests {
    @Test func whatCannotBeUsedIsRefusedOnceWithWordsAndTheOldOneStays() async throws {
        try await Self.following { following in
            let old = following.serial
            let other = try CertificateSharing.of(following.bulkhead)
            _ = try await other.put(.issued())
            try await following.expectRefusal("is this the secret it was sealed with?", keeping: old)

            let taken = try CertificateBundle.issued()
            _ = try await following.shared.put(taken)
            try await eventually { following.serial == taken.serial }
            #expect(following.board.lastError == nil)
            // The key of this one, the chain of another.
            let chain = try CertificateBundle.issued().chainPEM
            try await following.bulkhead.database.execute(
                "UPDATE bulkhead.certificates SET chain = '\(chain)', version = version + 1")
            try await following.expectRefusal(
                "the private key is not that of the first certificate", keeping: taken.serial)
            let kept = following.serial

            _ = try await following.shared.put(.issued(daysAgo: 10, lasting: 1))
            try await following.expectRefusal("expired at", keeping: kept)
            _ = try await following.shared.put(.issued(for: "other.test"))
            try await following.expectRefusal("does not cover *.saas.test, saas.test", keeping: kept)

            let good = try CertificateBundle.issued()
            _ = try await following.shared.put(good)
            try await eventually { following.serial == good.serial }
            #expect(following.board.lastError == nil && following.board.renewedAt != nil)
        }
    }

    @Test func aRefusalIsNotHiddenByOlderFailuresNorByItsRepetition() async throws {
        try await Self.following { following in
            _ = try await following.shared.put(.issued(for: "other.test"))
            try await following.expectRefusal("does not cover")
            let refusal = following.board.lastError
            // Of a time before; that it is planned for later tells that the catalog has been looked at again.
            var state = RenewalState()
            state.failed(.invalidEmail, at: Date().addingTimeInterval(-3600))
            try await following.shared.note(state, account: nil)
            try await eventually { following.board.nextAttemptAt != nil }
            #expect(following.board.lastError == refusal)
            // And one of a time after.
            state.failed(.invalidEmail, at: Date().addingTimeInterval(60))
            try await following.shared.note(state, account: nil)
            try await eventually { following.board.lastError?.detail.contains("e-mail") == true }
            try await following.shared.note(RenewalState(), account: nil)
            try await eventually { following.board.lastError == refusal }
        }
    }

    @Test func aCatalogThatCannotBeAskedIsSaidToBeSoForAsLong() async throws {
        try await Self.following { following in
            let database = following.bulkhead.database
            try await database.execute("REVOKE SELECT ON bulkhead.certificates FROM bulkhead_control")
            try await eventually { following.board.lastError?.detail.hasPrefix("the catalog cannot be asked") == true }
            try await database.execute("GRANT SELECT ON bulkhead.certificates TO bulkhead_control")
            try await eventually { following.board.lastError == nil }
        }
    }

    @Test func aCatalogThatWasRestoredAndAnAuthorityAheadInTimeAreFollowed() async throws {
        try await Self.following { following in
            _ = try await following.shared.put(.issued())
            try await eventually { try await following.shared.found().record.version == 2 }
            let restored = try CertificateBundle.issued()
            _ = try await following.shared.put(restored)
            try await following.bulkhead.database.execute("UPDATE bulkhead.certificates SET version = 1")
            try await eventually { following.serial == restored.serial }
            // Two hours ahead, less the hour by which certificates are dated back.
            let ahead = try CertificateBundle.issued(daysAgo: -2.0 / 24)
            #expect(ahead.notBefore > Date())
            _ = try await following.shared.put(ahead)
            try await eventually { following.serial == ahead.serial }
        }
    }

    @Test func atTheStartToo() async throws {
        try await CertificateBench.use { bench in
            let other = try CertificateSharing.of(bench.bulkhead)
            _ = try await other.put(.issued())
            let shown = try await bench.shown()
            #expect(shown.status.state == .provisional)
            try await CertificateProcess.running(shown.services) {
                try await eventually {
                    shown.status.lastError?.detail.contains("is this the secret it was sealed with?") == true
                }
            }
            #expect(shown.status.state == .provisional)
        }
    }

    @Test func whatIsInUseRunsOut() async throws {
        let last = try CertificateBundle.issued(daysAgo: 1 - 2.0 / 24, lasting: 1)
        let live = try LiveCertificate(last, covering: CertificateBench.names)
        let shown = ServerCertificate(source: "files", live: live, board: CertificateBoard(), services: [])
        #expect(shown.status.state == .due)
        let gone = try CertificateBundle.issued(daysAgo: 10, lasting: 1)
        let past = try LiveCertificate(
            gone, covering: CertificateBench.names, at: Date().addingTimeInterval(-9.5 * 86_400))
        let expired = ServerCertificate(source: "files", live: past, board: CertificateBoard(), services: [])
        #expect(expired.status.state == .expired && expired.status.readiness == .failed("expired; renew it"))
    }
}

extension FollowerTests {
    /// A follower that looks often, and what it works on.
    private struct Following: Sendable {
        let bulkhead: BulkheadDatabase
        let shared: CertificateSharing
        let live: LiveCertificate
        let board: CertificateBoard

        var serial: String { self.live.bundle.serial }

        func expectRefusal(_ words: String, keeping serial: String? = nil) async throws {
            try await eventually { self.board.lastError?.detail.contains(words) == true }
            #expect(self.board.lastError?.detail.hasPrefix("the certificate in the catalog is not used: ") == true)
            if let serial { #expect(self.serial == serial) }
        }
    }

    private static func following(_ body: (Following) async throws -> Void) async throws {
        try await CertificateBench.withCatalog { bulkhead, shared, _ in
            _ = try await shared.put(.issued())
            let found = try await shared.found()
            let live = try LiveCertificate(
                try #require(try shared.bundle(of: found)), covering: CertificateBench.names)
            let board = CertificateBoard()
            var follower = CertificateFollower(
                shared: shared, live: live, board: board, version: found.record.version, logger: .silent)
            follower.interval = .milliseconds(20)
            try await CertificateProcess.running([follower]) {
                try await body(Following(bulkhead: bulkhead, shared: shared, live: live, board: board))
            }
        }
    }
}

extension ACMEError {
    /// Some failure: they cannot be made by hand.
    fileprivate static var invalidEmail: ACMEError {
        do {
            _ = try ACMEConfiguration(
                email: "", baseDomain: CertificateBench.domain, folder: URL(filePath: "/"),
                challenge: .cloudflare(token: "x"))
            preconditionFailure("an empty address was taken")
        } catch {
            return error
        }
    }
}
