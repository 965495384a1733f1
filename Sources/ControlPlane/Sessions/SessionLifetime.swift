public import Foundation

/// How long a person stays signed in without the password.
public struct SessionLifetime: Sendable, Hashable {
    /// How long an access token lives; 1 s to 15 min.
    public var access: Duration
    /// How long a refresh token lives, in seconds.
    public var refresh: TimeInterval

    /// Lifetimes.
    public init(access: Duration, refresh: TimeInterval) {
        self.access = access
        self.refresh = refresh
    }

    /// Members: 15 minutes and 14 days.
    public static let member = SessionLifetime(access: .seconds(900), refresh: 14 * 86_400)
    /// Global administrators: 15 minutes and 12 hours (NIST SP 800-63B, section 4.2.3: once a day).
    public static let admin = SessionLifetime(access: .seconds(900), refresh: 12 * 3_600)
}
