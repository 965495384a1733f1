public import DNS
public import Tenancy

/// Brings a zone to what tenants want: on the spot for those who wait, and as a whole now and then.
///
/// One process at a time writes to the zone, and does so for everybody: whoever finds the lease taken finds its wish met
/// soon. What a process left half-done when it died is seen in the zone by the next one.
public struct ZoneReconciler: Sendable {
    /// How many names are looked at at a time for those who wait.
    private static let roundSize = 100
    /// For how long a look at the whole zone waits for those who are at it.
    private static let longestWait = Duration.seconds(30)
    /// How often a zone that changes under one's hands is read again.
    private static let patience = 3

    /// Where names are, and what they say.
    public let settings: ZoneSettings
    /// Keeps the zone.
    public let provider: any DNSProvider
    let ledger: any NameLedger
    let reports: any ZoneReportRepository
    private let turn: ZoneTurn

    /// A reconciler.
    ///
    /// - Parameter holder: tells people which process it was.
    public init(
        settings: ZoneSettings, provider: any DNSProvider, ledger: any NameLedger, leases: any LeaseRepository,
        reports: any ZoneReportRepository, holder: String
    ) {
        self.settings = settings
        self.provider = provider
        self.ledger = ledger
        self.reports = reports
        self.turn = ZoneTurn(leases: leases, holder: holder, provider: provider.name, zone: settings.zone)
    }

    // MARK: On the spot

    /// Sees to it that a wish is met, by this process or another.
    ///
    /// - Returns: the name with its outcome; nil if it was forgotten meanwhile.
    /// - Throws: `DNSProviderError`; what the ledger throws; `CancellationError`.
    func meet(_ wish: TenantName) async throws -> TenantName? {
        while true {
            guard let name = try await self.ledger.name(of: wish.tenant) else { return nil }
            if name.wish > wish.wish || name.isMet { return name }
            if try await self.turn.take({ try await self.meetOpen($0) }) == nil {
                try await ContinuousClock().sleep(for: ZoneTurn.pause)
            }
        }
    }

    private func meetOpen(_ lease: Lease) async throws {
        let names = try await self.ledger.open(limit: Self.roundSize)
        try await self.ledger.finish(try await self.bring(names, wholeZone: false, under: lease).outcomes)
    }

    // MARK: As a whole

    /// Reads the whole zone and repairs it.
    ///
    /// - Returns: what was done; nil if another process is at it.
    public func reconcile() async throws -> ZoneReport? {
        try await self.turn.take(patience: Self.longestWait) { lease in
            let names = try await self.ledger.enrolled()
            do {
                let round = try await self.bring(names, wholeZone: true, under: lease)
                let known = Dictionary(uniqueKeysWithValues: names.map { ($0.tenant, $0) })
                // Most say nothing new, and are not written.
                let news = round.outcomes.filter { outcome in
                    known[outcome.tenant].map { !$0.isMet || $0.conflict != outcome.conflict } ?? false
                }
                try await self.ledger.finish(news)
                let report = self.report(
                    on: names, changed: round.changed, findings: round.findings, failure: round.refusal?.description)
                try await self.reports.save(report, as: .reconciliation)
                return report
            } catch let error as DNSProviderError {
                try await self.reports.save(self.report(on: names, failure: error.description), as: .reconciliation)
                throw error
            }
        }
    }

    /// A report on these names.
    func report(
        on names: [TenantName], changed: Int = 0, findings: [ZoneReport.Finding] = [], failure: String? = nil
    ) -> ZoneReport {
        ZoneReport(
            provider: self.provider.name, zone: self.settings.zone.description, wanted: names.count(where: \.isWanted),
            changed: changed, findings: findings, failure: failure)
    }

    /// Reads the whole zone and repairs it, unless somebody has done so lately.
    ///
    /// - Returns: nil if it was not time yet, or another process is at it.
    public func reconcileIfDue(every interval: Duration) async throws -> ZoneReport? {
        if let age = try await self.reports.age(of: .reconciliation), age < interval { return nil }
        return try await self.reconcile()
    }

    // MARK: One round

    private func bring(_ names: [TenantName], wholeZone: Bool, under lease: Lease) async throws -> ZoneRound {
        var round = ZoneRound(names, settings: self.settings)
        guard wholeZone || !names.isEmpty else { return round }
        let places = round.places
        let writer = ZoneWriter(provider: self.provider, zone: self.settings.zone) {
            try await self.turn.confirm(lease)
        }
        for attempt in 1...Self.patience {
            let found = try await self.provider.records(in: self.settings.zone, at: wholeZone ? nil : places)
            let actual = wholeZone ? found : found.filter { places.contains($0.name) }
            var plan = ZonePlan(
                desired: try names.flatMap(self.settings.records), actual: actual, registry: self.settings.registry)
            if wholeZone, let refusal = plan.refusal(removingMoreThan: self.settings.removalLimit) {
                round.refusal = refusal
                plan = plan.withoutRemovals
            }
            let results = try await writer.apply(try await self.announced(plan, in: round))
            round.note(plan, results, isLast: attempt == Self.patience, found: actual)
            if round.isSettled { break }
        }
        return round
    }

    /// Has it on record that names may be there, before they are: whoever is to take one back must know.
    ///
    /// - Returns: the changes, without those for wishes that were replaced meanwhile.
    private func announced(_ plan: ZonePlan, in round: ZoneRound) async throws -> [NameChange] {
        let announcements = round.announcements(of: plan)
        guard !announcements.isEmpty else { return plan.changes }
        let current = try await self.ledger.announce(Array(announcements.values))
        return plan.changes.filter { change in
            announcements[change.name].map { current.contains($0.tenant) } ?? true
        }
    }
}
