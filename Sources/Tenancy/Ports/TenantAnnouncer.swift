/// Tells whoever remembers tenants that one has changed.
public protocol TenantAnnouncer: Sendable {
    /// Tells it, after the change was committed; at most for a moment, and without a word if nobody can be told: those
    /// who remember ask for themselves, a little later.
    func announce(_ change: TenantChange) async
}

/// Tells nobody: for programs in which nobody remembers, and the database announces changes by itself.
public struct SilentAnnouncer: TenantAnnouncer {
    /// Tells nobody.
    public init() {}

    /// Does nothing.
    public func announce(_ change: TenantChange) async {}
}
