import Certificates
import ControlPlane
import Foundation
import Synchronization
import TLS

/// What is known of the certificate that this process shows.
final class CertificateBoard: Sendable {
    private struct Entries {
        var renewedAt: Date
        var lastError: CertificateStatus.Failure?
        var nextAttemptAt: Date?
        var isProvisional: Bool
    }

    private let source: String
    private let live: LiveCertificate
    private let entries: Mutex<Entries>

    init(source: String, live: LiveCertificate, isProvisional: Bool = false) {
        self.source = source
        self.live = live
        self.entries = Mutex(Entries(renewedAt: Date(), isProvisional: isProvisional))
    }

    /// Another certificate is in use.
    func renewed(at date: Date = Date()) {
        self.entries.withLock { $0 = Entries(renewedAt: date, isProvisional: false) }
    }

    /// A certificate was not to be had, or was refused.
    func failed(_ failure: CertificateStatus.Failure?, nextAttemptAt: Date? = nil) {
        self.entries.withLock { entries in
            entries.lastError = failure
            entries.nextAttemptAt = nextAttemptAt
        }
    }

    /// Whether what is shown is trusted by nobody.
    var isProvisional: Bool { self.entries.withLock { $0.isProvisional } }

    var status: CertificateStatus {
        let (bundle, entries) = (self.live.bundle, self.entries.withLock { $0 })
        let state: CertificateStatus.State =
            entries.isProvisional
            ? .provisional
            : Date() > bundle.notAfter ? .expired : Date() > Self.due(bundle) ? .due : .valid
        return CertificateStatus(
            source: self.source, state: state, names: bundle.names, issuer: bundle.issuer, serial: bundle.serial,
            notBefore: bundle.notBefore, notAfter: bundle.notAfter, renewedAt: entries.renewedAt,
            lastError: entries.lastError, nextAttemptAt: entries.nextAttemptAt)
    }

    /// An hour after renewal was to begin: before that, somebody is at it.
    private static func due(_ bundle: CertificateBundle) -> Date {
        let life = bundle.notAfter.timeIntervalSince(bundle.notBefore)
        return bundle.notAfter.addingTimeInterval(-life / 3 + min(3600, life / 10))
    }
}

extension CertificateBoard: CertificateOverview {
    func certificates() async throws -> [CertificateStatus] { [self.status] }
}
