import DNS
import Tenancy

/// What is known in the course of bringing names to what they should be.
struct ZoneRound {
    /// What came of each name.
    private(set) var outcomes: [NameOutcome] = []
    /// How many names were made, changed or removed.
    private(set) var changed = 0
    /// What is for people to settle.
    private(set) var findings: [ZoneReport.Finding] = []
    /// Why nothing was done.
    var refusal: PlanRefusal?
    /// Whether the zone does not have to be read again.
    private(set) var isSettled = false

    private let settings: ZoneSettings
    private let names: [DomainName: TenantName]
    private let tooLong: [TenantName]

    init(_ names: [TenantName], settings: ZoneSettings) {
        self.settings = settings
        var known: [DomainName: TenantName] = [:]
        var tooLong: [TenantName] = []
        for name in names {
            guard let host = settings.host(name.subdomain) else {
                tooLong.append(name)
                continue
            }
            // Of a tenant that is gone and one that has its name now, the latter counts.
            if known[host]?.isWanted != true { known[host] = name }
        }
        self.names = known
        self.tooLong = tooLong
    }

    /// Every place that matters: the names, and where their marks are.
    var places: Set<DomainName> {
        Set(self.names.keys).union(self.names.keys.compactMap(OwnershipMark.name))
    }

    /// What a plan is about to make, and for how long each may be remembered.
    func announcements(of plan: ZonePlan) -> [DomainName: NameOutcome] {
        var announcements: [DomainName: NameOutcome] = [:]
        for change in plan.changes {
            guard let name = self.names[change.name] else { continue }
            let ttl = change.steps.compactMap(\.outcome).filter { $0.name == change.name }.map(\.ttl).max()
            if let ttl { announcements[change.name] = NameOutcome(tenant: name.tenant, wish: name.wish, ttl: ttl) }
        }
        return announcements
    }

    /// Takes in what came of a plan.
    ///
    /// - Parameters:
    ///   - isLast: whether the zone is read again for names that were changed meanwhile.
    ///   - found: what the zone held.
    mutating func note(
        _ plan: ZonePlan, _ results: [DomainName: ZoneWriter.Result], isLast: Bool, found: [RecordSet]
    ) {
        var receipts: [DomainName: String] = [:]
        var refusals: [DomainName: String] = [:]
        var again = false
        for (name, result) in results {
            switch result {
            case .done(let receipt):
                self.changed += 1
                receipts[name] = receipt.id
            case .refused(let error) where error.kind == .conflict && !isLast: again = true
            case .refused(let error): refusals[name] = error.description
            }
        }
        for conflict in plan.conflicts { refusals[conflict.name] = conflict.description }
        self.isSettled = !again
        guard !again else { return }
        self.findings = refusals.sorted { $0.key < $1.key }.map { .init(name: "\($0.key)", detail: $0.value) }
        let ages = self.ages(found, plan, except: Set(refusals.keys))
        // What was to be removed and was not stays open.
        let kept = self.refusal == nil ? [] : self.names.keys.filter { self.names[$0]?.isWanted == false }
        self.outcomes =
            self.names.filter { !kept.contains($0.key) }.map { host, name in
                NameOutcome(
                    tenant: name.tenant, wish: name.wish, ttl: ages[host],
                    // A name that is to go and is somebody else's is gone as far as we are concerned.
                    conflict: name.isWanted ? refusals[host] : nil, receipt: receipts[host],
                    wasNeverMade: name.ttl == nil && refusals[host] != nil && !plan.owned.contains(host))
            }
            + self.tooLong.map {
                NameOutcome(
                    tenant: $0.tenant, wish: $0.wish, ttl: nil,
                    conflict: $0.isWanted ? "\($0.subdomain).\(self.settings.base) is too long for the DNS" : nil)
            }
    }

    /// For how long each name may be remembered: as it was, and as it is now.
    private func ages(
        _ found: [RecordSet], _ plan: ZonePlan, except refused: Set<DomainName>
    ) -> [DomainName: Int] {
        var ages: [DomainName: Int] = [:]
        let written = plan.changes.filter { !refused.contains($0.name) }.flatMap(\.steps).compactMap(\.outcome)
        // What somebody else has there is not ours to wait for.
        let ours = found.filter { plan.owned.contains($0.name) }
        for set in ours + written where self.names[set.name] != nil && set.type != .txt {
            ages[set.name] = max(ages[set.name] ?? 0, set.ttl)
        }
        return ages
    }
}
