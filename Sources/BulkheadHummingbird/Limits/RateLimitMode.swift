/// What limits of requests do.
public enum RateLimitMode: String, Sendable, Hashable, CaseIterable {
    /// Refuse what is too much.
    case on
    /// Count, and tell in the header fields, but refuse nothing; for finding out what limits would do.
    case observe
    /// Nothing.
    case off
}
