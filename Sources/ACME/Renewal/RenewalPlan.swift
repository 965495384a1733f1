public import Foundation

/// What to do about the certificate now.
public enum RenewalPlan: Sendable, Hashable {
    /// Nothing until then.
    case wait(until: Date)
    /// There is no certificate: get one.
    case issue
    /// There is one with a third of its lifetime or less to go: replace it.
    case renew

    /// Decides.
    ///
    /// - Parameters:
    ///   - lifetime: That of the certificate in use; nil if there is none, or none for the names.
    ///   - state: What failed before.
    ///   - now: The time of the decision.
    public init(for lifetime: CertificateLifetime?, after state: RenewalState, at now: Date) {
        if let lifetime, now < lifetime.renewalDue {
            self = .wait(until: lifetime.renewalDue)
        } else if let retry = state.retryAt, now < retry,
            // A pause longer than any was written while the clock was ahead, and would hold everybody up.
            retry < now.addingTimeInterval(RenewalState.longestLimit + RenewalState.longestWait)
        {
            self = .wait(until: retry)
        } else {
            self = lifetime == nil ? .issue : .renew
        }
    }
}
