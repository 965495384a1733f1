/// Why a provider did not do what it was asked for.
public struct DNSProviderError: Error, Sendable, CustomStringConvertible, CustomDebugStringConvertible {
    /// What it means for another attempt.
    public enum Kind: Sendable, Hashable {
        /// The credential is wrong, or has no right to this zone; another attempt does not help.
        case unauthorized
        /// There is no such zone here; another attempt does not help.
        case unknownZone
        /// The request was refused as such; another attempt does not help.
        case refused
        /// The zone holds something else than was expected; a new plan is needed.
        case conflict
        /// Too much was asked in too short a time.
        case throttled
        /// The provider did not answer, or only with an error of its own.
        ///
        /// What was asked may have happened all the same.
        case unavailable
        /// The answer is none that the provider is known to give.
        case unreadable
    }

    /// What it means for another attempt.
    public let kind: Kind
    /// The provider's name.
    public let provider: String
    /// The zone.
    public let zone: DomainName
    /// What happened, in words for whoever runs the installation; without credentials.
    public let reason: String
    /// When to come back, as the provider says.
    public let retryAfter: Duration?
    /// What it looked like; for the log.
    public let detail: String?

    /// An error.
    public init(
        _ kind: Kind, provider: String, zone: DomainName, reason: String, retryAfter: Duration? = nil,
        detail: String? = nil
    ) {
        self.kind = kind
        self.provider = provider
        self.zone = zone
        self.reason = reason
        self.retryAfter = retryAfter
        self.detail = detail
    }

    /// Whether another attempt may work.
    public var isTransient: Bool {
        switch self.kind {
        case .throttled, .unavailable, .unreadable, .conflict: true
        case .unauthorized, .unknownZone, .refused: false
        }
    }

    /// What happened, to which zone of which provider.
    public var description: String { "\(self.provider), zone \(self.zone): \(self.reason)" }

    /// The same with what it looked like.
    public var debugDescription: String { self.detail.map { "\(self.description) (\($0))" } ?? self.description }
}
