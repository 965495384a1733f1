extension DirectoryState {
    /// The catalog has answered; returns what to tell those who wait.
    mutating func read(_ tenant: Tenant?, by load: TenantLoad, askedAt: Int64, now: Int64) -> Tenant? {
        self.sourceAnswered()
        self.freePlace(of: load)
        let isCurrent = self.leave(load)
        guard let tenant else {
            if isCurrent { self.isAbsent(load, now: now) }
            return nil
        }
        if isCurrent { self.remember(tenant, by: load, isConfirmed: true, checkedAt: askedAt, now: now) }
        return self.newest(tenant)
    }

    /// The store has answered; returns what to tell those who wait.
    mutating func found(_ tenant: Tenant, age: Duration, by load: TenantLoad, now: Int64) -> Tenant {
        self.freePlace(of: load)
        if self.leave(load) {
            let checkedAt = now - max(0, age.inMilliseconds)
            self.remember(tenant, by: load, isConfirmed: false, checkedAt: checkedAt, now: now)
        }
        return self.newest(tenant)
    }

    /// Nobody has answered.
    mutating func failed(_ load: TenantLoad, now: Int64) {
        self.freePlace(of: load)
        self.leave(load)
        if load.asksSource { self.sourceFailed(now, weight: 1) }
    }

    /// Nobody has answered in time; the source is still at it.
    mutating func expired(_ load: TenantLoad, now: Int64) {
        self.leave(load)
        if load.asksSource { self.sourceFailed(now, weight: 1) }
    }

    private mutating func freePlace(of load: TenantLoad) {
        if load.isKnown { self.knownLoads -= 1 } else { self.strangeLoads -= 1 }
    }

    /// Returns whether the load's answer may be remembered: not if a change was heard of since it began.
    @discardableResult
    private mutating func leave(_ load: TenantLoad) -> Bool {
        guard self.loads[load.key] === load else { return false }
        self.loads[load.key] = nil
        return true
    }

    mutating func sourceAnswered() {
        self.isSourceDown = false
        self.failures = 0
    }

    /// A few failures in a row, or one of the checker's, mean that there is no use in asking for a while.
    mutating func sourceFailed(_ now: Int64, weight: Int) {
        self.failures += weight
        guard self.failures >= Self.patience else { return }
        self.isSourceDown = true
        self.nextTrial = now + Self.trialInterval
    }

    static let patience = 3

    // MARK: Memory

    /// Whoever asked before the last word about a tenant came, and is answered after, is told that word.
    private func newest(_ tenant: Tenant) -> Tenant {
        guard let entry = self.byID.entry(tenant.id), entry.tenant.version > tenant.version else { return tenant }
        return entry.tenant
    }

    private mutating func isAbsent(_ load: TenantLoad, now: Int64) {
        if let entry = self.entry(load.key), let record = self.records[entry.slot], load.tick > record.settled {
            self.remove(record)
        }
        if self.hearsChanges(now), !load.isSuspect { self.absences.insert(load.key, now: now) }
    }

    private mutating func remember(
        _ tenant: Tenant, by load: TenantLoad, isConfirmed: Bool, checkedAt: Int64, now: Int64
    ) {
        let old = self.byID.entry(tenant.id).flatMap { self.records[$0.slot] }
        if let old {
            // What was asked for before the last word about the tenant came must not take that word back.
            guard isConfirmed, load.tick > old.doubted ?? 0,
                load.tick > old.settled || tenant.version > old.entry.tenant.version
            else { return }
        }
        for key in [TenantKey.id(tenant.id), .subdomain(tenant.subdomain)] { self.absences.remove(key) }
        let usableUntil =
            isConfirmed
            ? checkedAt + self.limits.freshness.inMilliseconds : now + self.limits.unconfirmed.inMilliseconds
        if !isConfirmed || load.isSuspect { self.isUrgent(tenant.id) }
        let isSame = old?.entry.tenant == tenant
        let slot = old?.entry.slot ?? self.freeSlot()
        let entry =
            isSame
            ? old?.entry ?? RememberedTenant(tenant, slot: slot, usableUntil: usableUntil)
            : RememberedTenant(tenant, slot: slot, usableUntil: usableUntil)
        self.records[slot] = Record(
            entry: entry, checkedAt: checkedAt, isConfirmed: isConfirmed, settled: self.nextTick())
        guard !isSame else {
            entry.use(until: usableUntil)
            entry.touch()
            return
        }
        self.byID.set(tenant.id, to: entry)
        if let old, old.entry.tenant.subdomain != tenant.subdomain { self.forgetName(of: old.entry) }
        self.setName(of: entry, after: old?.entry, askedAt: load.tick)
    }

    /// A name leads to the tenant of which it was last said; that of a purged one may be another's.
    private func setName(of entry: RememberedTenant, after old: RememberedTenant?, askedAt tick: UInt64) {
        let subdomain = entry.tenant.subdomain
        let present = self.bySubdomain.entry(subdomain)
        if let present, present !== old, let record = self.records[present.slot], record.entry === present,
            tick <= record.settled
        {
            return
        }
        guard entry.tenant.status == .purged else { return self.bySubdomain.set(subdomain, to: entry) }
        if let present, present === old { self.bySubdomain.set(subdomain, to: nil) }
    }

    private func forgetName(of entry: RememberedTenant) {
        let subdomain = entry.tenant.subdomain
        if self.bySubdomain.entry(subdomain) === entry { self.bySubdomain.set(subdomain, to: nil) }
    }

    mutating func remove(_ record: Record) {
        let entry = record.entry
        if self.byID.entry(entry.tenant.id) === entry { self.byID.set(entry.tenant.id, to: nil) }
        self.forgetName(of: entry)
        // Whoever has it in hand must not use it either.
        entry.use(until: .min)
        self.records[entry.slot] = nil
        self.freeSlots.append(entry.slot)
    }

    // MARK: Room

    /// A place for one more; somebody goes who was not asked for since the hand last came by (CLOCK).
    private mutating func freeSlot() -> Int {
        if let slot = self.freeSlots.popLast() { return slot }
        if self.records.count < max(1, self.limits.capacity) {
            self.records.append(nil)
            return self.records.count - 1
        }
        var steps = 0
        while true {
            self.hand = (self.hand + 1) % self.records.count
            steps += 1
            // All of them in use: after a while, the next one.
            guard let record = self.records[self.hand], steps > Self.longestSweep || !record.entry.takeRecentUse()
            else { continue }
            self.remove(record)
            return self.freeSlots.popLast() ?? self.hand
        }
    }

    private static let longestSweep = 1024
}
