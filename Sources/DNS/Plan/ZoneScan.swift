/// What is amiss between the names that are wanted and the names that a zone has, in both directions.
///
/// It only looks: a reconciliation repairs what is ours, and the rest is for people.
public struct ZoneScan: Sendable, Hashable {
    /// Wanted names that the zone lacks, or has otherwise.
    public private(set) var missing: [DomainName] = []
    /// Names with our mark that nobody wants.
    public private(set) var orphaned: [DomainName] = []
    /// Names that point to us, without a mark, and that nobody wants: whoever gets such a name gets its visitors.
    public private(set) var stray: [DomainName] = []
    /// A wildcard that answers for every name below the base domain; nil if there is none.
    public private(set) var wildcard: DomainName?
    /// Wanted names that somebody else has.
    public private(set) var conflicts: [NameConflict] = []

    /// Looks.
    ///
    /// - Parameters:
    ///   - desired: what is wanted.
    ///   - actual: all that the zone holds.
    ///   - registry: whose marks are ours.
    ///   - targets: what points here points to us.
    ///   - base: right below it are names of tenants.
    ///   - known: names there that are not tenants', and are as they should be.
    public init(
        desired: [DesiredRecord], actual: [RecordSet], registry: String, targets: RecordTargets, base: DomainName,
        known: Set<DomainName> = []
    ) {
        let plan = ZonePlan(desired: desired, actual: actual, registry: registry)
        self.missing = plan.changes.filter { $0.kind != .remove }.map(\.name)
        self.orphaned = plan.changes.filter { $0.kind == .remove }.map(\.name)
        self.conflicts = plan.conflicts
        let found = FoundNames(actual, registry: registry)
        let others = Set(desired.map(\.set.name)).union(known)
        let pointing = actual.filter { $0.name.parent == base && targets.isTarget(of: $0) }.map(\.name)
        self.stray = Set(pointing).subtracting(others).filter { !$0.isWildcard && !found.isMarked($0) }.sorted()
        self.wildcard = actual.lazy.map(\.name).first { $0.isWildcard && $0.parent == base }
    }

    /// Whether nothing is amiss.
    public var isClean: Bool {
        self.missing.isEmpty && self.orphaned.isEmpty && self.stray.isEmpty && self.conflicts.isEmpty
            && self.wildcard == nil
    }
}
