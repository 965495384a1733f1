/// Who stands where in line.
extension TurnMachine {
    /// The place of a tenant, with these limits from now on.
    mutating func place(of tenant: TurnKey, _ limits: TurnLimits) -> Int {
        guard let place = self.places[tenant] else {
            let place = self.tenants.insert(TurnTenant(key: tenant, limits: limits))
            self.places[tenant] = place
            return place
        }
        if self.tenants[place].limits != limits {
            self.tenants[place].limits = limits
            self.stand(place)
        }
        return place
    }

    func line(of kind: TurnKind, _ place: Int) -> TurnLine {
        if self.tenants[place].key.isDedicated { return .dedicated }
        if self.tenants[place].isSlow { return .slow }
        return kind == .read ? .quickRead : .session
    }

    /// Whether the tenant may have another transaction: never more than its tier says, nor than slow ones may hold, so
    /// that even a tenant whose transactions all turn slow at once leaves connections to others.
    func mayRun(_ place: Int) -> Bool {
        let limits = self.tenants[place].limits
        let limit =
            self.tenants[place].key.isDedicated ? limits.concurrency : min(limits.concurrency, self.capacity.slow)
        return self.tenants[place].running < max(1, limit)
    }

    func hasRoom(_ line: TurnLine) -> Bool {
        let slow = self.counts[TurnLine.slow.rawValue]
        let held = self.counts[TurnLine.session.rawValue] + slow
        switch line {
        case .quickRead: return self.counts[TurnLine.quickRead.rawValue] < self.capacity.quickReads(besideHeld: held)
        case .session: return held < self.capacity.exclusive
        case .slow: return held < self.capacity.exclusive && slow < self.capacity.slow
        case .dedicated: return true
        }
    }

    /// Puts a tenant's lanes where they belong.
    mutating func stand(_ place: Int) {
        for kind in TurnKind.allCases {
            let lane = self.tenants[place][kind]
            if let line = lane.line { self.lines[line.rawValue].remove(Self.lane(place, kind)) }
            let isWaiting = lane.first != nil && self.mayRun(place)
            let line = isWaiting ? self.line(of: kind, place) : nil
            self.tenants[place][kind].line = line
            guard let line, let first = lane.first else { continue }
            let turn = self.waiting[first]
            self.lines[line.rawValue].insert(
                TurnHeap.Node(
                    lane: Self.lane(place, kind),
                    tag: max(turn.clocks[line.resource], self.tenants[place].due[line.resource]), order: turn.id))
        }
    }

    /// After something of a tenant has ended.
    mutating func settle(_ place: Int) {
        if self.tenants[place].isInLine { self.stand(place) }
        self.forgetIfIdle(place)
    }

    mutating func forgetIfIdle(_ place: Int) {
        guard self.tenants[place].isForgettable else { return }
        self.places[self.tenants[place].key] = nil
        self.tenants.remove(place)
    }

    // MARK: Lanes

    private static func lane(_ place: Int, _ kind: TurnKind) -> Int { place * 2 + kind.rawValue }

    mutating func append(_ turn: WaitingTurn<Waiter>) {
        var turn = turn
        let last = self.tenants[turn.tenant][turn.kind].last
        turn.previous = last
        let place = self.waiting.insert(turn)
        self.waitingPlaces[turn.id] = place
        if let last { self.waiting[last].next = place } else { self.tenants[turn.tenant][turn.kind].first = place }
        self.tenants[turn.tenant][turn.kind].last = place
        self.tenants[turn.tenant].waiting += 1
    }

    mutating func unlink(_ place: Int) -> WaitingTurn<Waiter> {
        let turn = self.waiting[place]
        self.waiting[place].waiter = nil
        self.waiting.remove(place)
        self.waitingPlaces[turn.id] = nil
        self.tenants[turn.tenant].waiting -= 1
        if let previous = turn.previous {
            self.waiting[previous].next = turn.next
        } else {
            self.tenants[turn.tenant][turn.kind].first = turn.next
        }
        if let next = turn.next {
            self.waiting[next].previous = turn.previous
        } else {
            self.tenants[turn.tenant][turn.kind].last = turn.previous
        }
        // An empty lane stands nowhere; whoever calls puts the tenant's lanes in order afterwards.
        return turn
    }
}
