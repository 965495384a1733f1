public import DNS
import Foundation
public import Logging
public import Tenancy

/// Brings a zone to what tenants want: on the spot for those who wait, and as a whole now and then.
///
/// One process at a time writes to the zone, and does so for everybody: whoever finds the lease taken finds its wish met
/// soon. What a process left half-done when it died is seen in the zone by the next one.
public struct ZoneReconciler: Sendable {
    /// How many names are looked at at a time for those who wait.
    private static let roundSize = 100
    /// For how long a process that says nothing is taken to be at it.
    private static let leaseTime = Duration.seconds(60)
    /// For how long a look at the whole zone waits for those who are at it.
    private static let longestWait = Duration.seconds(30)
    /// The pause of those who find the lease taken.
    private static let pause = Duration.milliseconds(100)
    /// How often a zone that changes under one's hands is read again.
    private static let patience = 3

    /// Where names are, and what they say.
    public let settings: ZoneSettings
    /// Keeps the zone.
    public let provider: any DNSProvider
    let ledger: any NameLedger
    private let leases: any LeaseRepository
    private let reports: any ZoneReportRepository
    private let holder: String
    private let logger: Logger

    /// A reconciler.
    ///
    /// - Parameter holder: tells people which process it was.
    public init(
        settings: ZoneSettings, provider: any DNSProvider, ledger: any NameLedger, leases: any LeaseRepository,
        reports: any ZoneReportRepository, holder: String, logger: Logger
    ) {
        self.settings = settings
        self.provider = provider
        self.ledger = ledger
        self.leases = leases
        self.reports = reports
        self.holder = holder
        self.logger = logger
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
            if try await self.underLease({ try await self.meetOpen($0) }) == nil {
                try await ContinuousClock().sleep(for: Self.pause)
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
        try await self.underLease(patience: Self.longestWait) { lease in
            let names = try await self.ledger.enrolled()
            var report = ZoneReport(
                provider: self.provider.name, zone: self.settings.zone.description,
                wanted: names.count(where: \.isWanted))
            do {
                let round = try await self.bring(names, wholeZone: true, under: lease)
                let known = Dictionary(uniqueKeysWithValues: names.map { ($0.tenant, $0) })
                // Most say nothing new, and are not written.
                let news = round.outcomes.filter { outcome in
                    known[outcome.tenant].map { !$0.isMet || $0.conflict != outcome.conflict } ?? false
                }
                try await self.ledger.finish(news)
                report.changed = round.changed
                report.findings = round.findings
                report.failure = round.refusal?.description
            } catch let error as DNSProviderError {
                report.failure = error.description
                try await self.reports.save(report, as: .reconciliation)
                throw error
            }
            try await self.reports.save(report, as: .reconciliation)
            return report
        }
    }

    /// Looks for what dangles, in both directions, and writes it down.
    public func scan() async throws -> ZoneReport {
        let names = try await self.ledger.enrolled()
        let actual = try await self.provider.records(in: self.settings.zone, at: nil)
        let scan = ZoneScan(
            desired: try names.flatMap(self.settings.records), actual: actual, registry: self.settings.registry,
            targets: self.settings.targets, base: self.settings.base, known: self.settings.namesOfOurOwn)
        let report = ZoneReport(
            provider: self.provider.name, zone: self.settings.zone.description, wanted: names.count(where: \.isWanted),
            findings: scan.findings)
        try await self.reports.save(report, as: .scan)
        return report
    }

    /// Looks for what dangles, unless somebody has done so lately.
    ///
    /// - Returns: nil if it was not time yet.
    public func scanIfDue(every interval: Duration) async throws -> ZoneReport? {
        if let age = try await self.reports.age(of: .scan), age < interval { return nil }
        do {
            return try await self.scan()
        } catch let error as DNSProviderError {
            let report = ZoneReport(
                provider: self.provider.name, zone: self.settings.zone.description, failure: error.description)
            try await self.reports.save(report, as: .scan)
            throw error
        }
    }

    /// Reads the whole zone and repairs it, unless somebody has done so lately.
    ///
    /// - Returns: nil if it was not time yet, or another process is at it.
    public func reconcileIfDue(every interval: Duration) async throws -> ZoneReport? {
        if let age = try await self.reports.age(of: .reconciliation), age < interval { return nil }
        return try await self.reconcile()
    }

    // MARK: One round

    /// - Parameter patience: for how long another process is waited for.
    /// - Returns: nil if another process has the lease.
    private func underLease<Value: Sendable>(
        patience: Duration = .zero, _ body: @escaping @Sendable (Lease) async throws -> Value
    ) async throws -> Value? {
        let deadline = ContinuousClock.now + patience
        while true {
            if let lease = try await self.leases.acquire(.zone, by: self.holder, for: Self.leaseTime) {
                return try await self.during(lease, body)
            }
            guard ContinuousClock.now < deadline else { return nil }
            try await ContinuousClock().sleep(for: Self.pause)
        }
    }

    private func during<Value: Sendable>(
        _ lease: Lease, _ body: @escaping @Sendable (Lease) async throws -> Value
    ) async throws -> Value {
        let value: Value
        do {
            let keeping = LeaseKeeping(lease: lease, leases: self.leases, time: Self.leaseTime)
            value = try await keeping.during { try await body(lease) }
        } catch {
            await self.giveBack(lease)
            throw error is LeaseLost ? self.lost : error
        }
        await self.giveBack(lease)
        return value
    }

    private var lost: DNSProviderError {
        DNSProviderError(
            .conflict, provider: self.provider.name, zone: self.settings.zone,
            reason: "another process writes to the zone by now")
    }

    /// Also when the task was cancelled: others need not wait until the lease runs out.
    private func giveBack(_ lease: Lease) async {
        let leases = self.leases
        // Ends before this returns; a task of its own only because that of the caller may be cancelled. A lease that
        // cannot be given back runs out.
        await Task { try? await leases.release(lease) }.value
    }

    private func bring(_ names: [TenantName], wholeZone: Bool, under lease: Lease) async throws -> ZoneRound {
        var round = ZoneRound(names, settings: self.settings)
        guard wholeZone || !names.isEmpty else { return round }
        let places = round.places
        let writer = ZoneWriter(provider: self.provider, zone: self.settings.zone) {
            guard try await self.leases.renew(lease, for: Self.leaseTime) else { throw self.lost }
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

extension ZoneScan {
    /// What is amiss, in words.
    fileprivate var findings: [ZoneReport.Finding] {
        func finding(_ name: DomainName, _ detail: String) -> ZoneReport.Finding {
            ZoneReport.Finding(name: name.description, detail: detail)
        }
        return self.missing.map {
            finding($0, "a tenant wants this name, and the zone does not say so; it is repaired")
        }
            + self.orphaned.map { finding($0, "no tenant wants this name any more; its records are removed") }
            + self.stray.map {
                finding($0, "points here, and no tenant has it; Bulkhead did not make it: remove it by hand")
            }
            + self.conflicts.map { finding($0.name, $0.description) }
            + (self.wildcard.map {
                [
                    finding(
                        $0,
                        "answers for every name, so a name that is removed never goes; remove it, or set dns.provider "
                            + "to wildcard")
                ]
            } ?? [])
    }
}
