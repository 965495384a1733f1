import DNS
public import Tenancy

extension ZoneReconciler {
    /// Looks for what dangles, in both directions, and writes it down.
    public func scan() async throws -> ZoneReport {
        let names = try await self.ledger.enrolled()
        let actual = try await self.provider.records(in: self.settings.zone, at: nil)
        let scan = ZoneScan(
            desired: try names.flatMap(self.settings.records), actual: actual, registry: self.settings.registry,
            targets: self.settings.targets, base: self.settings.base, known: self.settings.namesOfOurOwn)
        let report = self.report(on: names, findings: scan.findings)
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
            try await self.reports.save(self.report(on: [], failure: error.description), as: .scan)
            throw error
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
