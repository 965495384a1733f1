import ACME
import ControlPlane
import Foundation
import Synchronization

/// What has become of the certificate that this process shows, and of those that were to replace it.
///
/// Each concern has its own last failure, so that one that passes does not hide one that stays.
final class CertificateBoard: Sendable {
    /// What can go wrong.
    enum Concern: Sendable, Hashable {
        /// A certificate that was there could not be taken into use.
        case use
        /// None could be got.
        case renewal
        /// Whether there is another could not be found out.
        case source
    }

    private struct Entries {
        var renewedAt: Date?
        var isProvisional: Bool
        var failures: [Concern: CertificateStatus.Failure] = [:]
        var nextAttemptAt: Date?
    }

    private let entries: Mutex<Entries>

    /// - Parameters:
    ///   - renewedAt: when the certificate in use was got; nil if nobody knows.
    ///   - isProvisional: whether what is in use is trusted by nobody.
    init(renewedAt: Date? = Date(), isProvisional: Bool = false) {
        self.entries = Mutex(Entries(renewedAt: renewedAt, isProvisional: isProvisional))
    }

    /// Another certificate is in use.
    func renewed(at date: Date?) {
        self.entries.withLock { entries in
            entries.renewedAt = date
            entries.isProvisional = false
            entries.failures[.use] = nil
        }
    }

    /// Something went wrong.
    ///
    /// - Returns: false if it is known; its date stays that of the first time.
    @discardableResult func failed(_ concern: Concern, _ detail: String, at date: Date = Date()) -> Bool {
        self.entries.withLock { entries in
            guard entries.failures[concern]?.detail != detail else { return false }
            entries.failures[concern] = .init(detail: detail, at: date)
            return true
        }
    }

    /// What went wrong does so no longer.
    func settled(_ concern: Concern) {
        self.entries.withLock { $0.failures[concern] = nil }
    }

    /// How it stands with whoever gets certificates.
    func renewal(_ state: RenewalState) {
        self.entries.withLock { entries in
            entries.failures[.renewal] = state.lastFailure.map { .init(detail: $0.text, at: $0.date) }
            entries.nextAttemptAt = state.retryAt
        }
    }

    /// Whether what is in use is trusted by nobody.
    var isProvisional: Bool { self.entries.withLock { $0.isProvisional } }
    /// When the certificate in use was got.
    var renewedAt: Date? { self.entries.withLock { $0.renewedAt } }
    /// The latest of what goes wrong.
    var lastError: CertificateStatus.Failure? {
        self.entries.withLock { $0.failures.values.max { $0.at < $1.at } }
    }
    /// When whoever gets certificates tries again; nil if nothing failed.
    var nextAttemptAt: Date? { self.entries.withLock { $0.nextAttemptAt } }
}
