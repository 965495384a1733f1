extension DirectoryState {
    // MARK: Messages

    /// Somebody says that a tenant has changed.
    ///
    /// - Parameter isOwn: whether this process has changed it, and not a message says so that anybody may have sent.
    mutating func hear(_ change: TenantChange, isOwn: Bool, now: Int64) {
        for key in change.keys {
            self.absences.remove(key)
            let record = self.entry(key).flatMap { self.records[$0.slot] }
            let isNews =
                record.map {
                    $0.entry.tenant.id != change.id || $0.entry.tenant.version < change.version || !$0.isConfirmed
                } ?? false
            guard isNews || self.loads[key] != nil else { continue }
            let isAdmitted = self.hints.admits(key, now: now)
            guard isOwn || isAdmitted else {
                self.loads[key]?.suspect()
                if let record { self.isUrgent(record.entry.tenant.id) }
                continue
            }
            // Those that come from now on ask anew.
            self.loads[key] = nil
            if isNews, let record { self.doubt(record) }
        }
    }

    private mutating func doubt(_ record: Record) {
        var record = record
        record.doubted = self.nextTick()
        record.entry.use(until: .min)
        self.records[record.entry.slot] = record
    }

    /// Messages may have been missed.
    mutating func missedMessages() {
        self.absences.removeAll()
        self.loads = [:]
        self.checksAll = true
    }

    mutating func isUrgent(_ id: TenantID) {
        // Beyond that, the ordinary round finds them.
        if self.urgent.count < Self.urgentLimit { self.urgent.insert(id) }
    }

    private static let urgentLimit = 10_000

    // MARK: Checks

    /// What to check: with `isRound`, all that were used since the last round; the urgent ones always.
    mutating func collect(isRound: Bool, now: Int64) -> [TenantID] {
        var ids = Array(self.urgent)
        if isRound || self.checksAll {
            for case let record? in self.records {
                let wasUsed = record.entry.takeUncheckedUse()
                guard wasUsed || (self.checksAll && record.entry.isUsable(at: now)), record.doubted == nil,
                    !self.urgent.contains(record.entry.tenant.id)
                else { continue }
                ids.append(record.entry.tenant.id)
            }
            self.checksAll = false
        }
        self.urgent = []
        return ids
    }

    /// The catalog has told the versions of some tenants; returns those of which something else was remembered.
    ///
    /// - Parameter tick: when it was asked.
    mutating func checked(
        _ ids: some Sequence<TenantID>, _ versions: [TenantID: Int64], askedAt: Int64, tick: UInt64
    ) -> [TenantChange] {
        self.sourceAnswered()
        var changes: [TenantChange] = []
        for id in ids {
            guard let entry = self.byID.entry(id), var record = self.records[entry.slot] else { continue }
            // It was declared changed, or read, while this question was under way.
            guard tick > record.doubted ?? 0, tick > record.settled else { continue }
            guard versions[id] == entry.tenant.version else {
                self.remove(record)
                changes.append(
                    TenantChange(
                        id: id, version: versions[id] ?? entry.tenant.version + 1, subdomain: entry.tenant.subdomain))
                continue
            }
            record.checkedAt = max(record.checkedAt, askedAt)
            record.isConfirmed = true
            record.doubted = nil
            record.settled = self.nextTick()
            self.records[entry.slot] = record
            entry.use(until: record.checkedAt + self.limits.freshness.inMilliseconds)
        }
        return changes
    }
}
