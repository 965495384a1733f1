import Synchronization
public import Tenancy

/// The tiers in memory, for the limits of tenant transactions; refreshed by whoever reads the catalog.
public final class TierLimits: Sendable {
    private let tiers: Mutex<[TierName: Tier]>
    private let turns: Mutex<[TierName: TurnLimits]>
    private let strictest: Tier
    private let changes = Atomic<Int>(0)

    /// Starts with these tiers, usually ``Tier/builtIn``.
    ///
    /// - Precondition: `tiers` is not empty.
    public init(_ tiers: [Tier]) {
        self.tiers = Mutex(Self.named(tiers))
        self.turns = Mutex(Self.named(tiers).mapValues { TurnLimits(of: $0) })
        self.strictest = tiers[0]
    }

    /// Takes over what the catalog says.
    public func replace(with tiers: [Tier]) {
        self.tiers.withLock { $0 = Self.named(tiers) }
        self.turns.withLock { $0 = Self.named(tiers).mapValues { TurnLimits(of: $0) } }
        self.changes.add(1, ordering: .releasing)
    }

    /// The limits of a tier; those of the first if the name is unknown, so that nothing is ever unlimited.
    public subscript(name: TierName) -> Tier {
        self.tiers.withLock { $0[name] } ?? self.strictest
    }

    /// How many transactions each tenant of a tier may have.
    func turns(of name: TierName) -> TurnLimits {
        self.turns.withLock { $0[name] } ?? TurnLimits(of: self.strictest)
    }

    /// Grows with every ``replace(with:)``.
    var version: Int { self.changes.load(ordering: .acquiring) }

    private static func named(_ tiers: [Tier]) -> [TierName: Tier] {
        Dictionary(tiers.map { ($0.name, $0) }) { first, _ in first }
    }
}

extension TurnLimits {
    init(of tier: Tier) {
        self.init(
            tier: tier.name, concurrency: max(1, tier.maximumConcurrency), queued: max(0, tier.maximumQueued),
            connections: tier.dedicatedConnections.flatMap { $0 > 0 ? $0 : nil })
    }
}
