import Synchronization
public import Tenancy

/// The tiers in memory, for the time limits of tenant transactions; refreshed by whoever reads the catalog.
public final class TierLimits: Sendable {
    private let tiers: Mutex<[TierName: Tier]>
    private let strictest: Tier

    /// Starts with these tiers, usually ``Tier/builtIn``.
    ///
    /// - Precondition: `tiers` is not empty.
    public init(_ tiers: [Tier]) {
        self.tiers = Mutex(Dictionary(uniqueKeysWithValues: tiers.map { ($0.name, $0) }))
        self.strictest = tiers[0]
    }

    /// Takes over what the catalog says.
    public func replace(with tiers: [Tier]) {
        self.tiers.withLock { $0 = Dictionary(uniqueKeysWithValues: tiers.map { ($0.name, $0) }) }
    }

    /// The limits of a tier; those of the first if the name is unknown, so that nothing is ever unlimited.
    public subscript(name: TierName) -> Tier {
        self.tiers.withLock { $0[name] } ?? self.strictest
    }
}
