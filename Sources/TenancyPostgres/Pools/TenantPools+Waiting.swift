import Postgres
import Synchronization
import Tenancy

/// What happens only when a transaction cannot start at once.
extension TenantPools {
    nonisolated func wait(
        _ tenant: TurnKey, _ kind: TurnKind, _ limits: TurnLimits, until deadline: ContinuousClock.Instant
    ) async throws -> TurnTicket {
        let deadline = Moment.now + Moment.Span(deadline - .now)
        let id = self.ids.add(1, ordering: .relaxed).newValue
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { waiter in
                guard !Task.isCancelled else { return waiter.resume(throwing: CancellationError()) }
                self.enqueue(id, tenant, kind, limits, deadline, waiter)
                // A cancellation between the two checks came before the transaction was in line.
                if Task.isCancelled { self.cancel(id) }
            }
        } onCancel: {
            self.cancel(id)
        }
    }

    private func enqueue(
        _ id: UInt64, _ tenant: TurnKey, _ kind: TurnKind, _ limits: TurnLimits, _ deadline: Moment,
        _ waiter: Waiter
    ) {
        let now = Moment.now
        let version = self.limits.version
        let (isAccepted, actions, alarm) = self.state.withLock { state in
            if state.version != version { self.takeOverLimits(version, &state) }
            let isAccepted = state.machine.wait(id, tenant, kind, limits, until: deadline, waiter, now)
            let actions = state.machine.actions(now)
            return (isAccepted, actions, Self.alarmToSet(&state))
        }
        if !isAccepted { waiter.resume(throwing: Self.busy) }
        Self.carryOut(actions)
        self.set(alarm)
    }

    private func cancel(_ id: UInt64) {
        let now = Moment.now
        let (waiter, actions) = self.state.withLock { state in
            (state.machine.cancel(id), state.machine.actions(now))
        }
        waiter?.resume(throwing: CancellationError())
        Self.carryOut(actions)
    }

    /// Tells those whose deadline has passed, and looks who may go on.
    private func ring(_ mine: Moment) {
        let now = Moment.now
        let (actions, alarm) = self.state.withLock { state -> ([TurnMachine<Waiter>.Action], Moment?) in
            // One that was set for later, before there was a reason to look sooner: it would only set itself again.
            guard state.alarm == mine else { return ([], nil) }
            state.alarm = nil
            return (state.machine.actions(now), Self.alarmToSet(&state))
        }
        Self.carryOut(actions)
        self.set(alarm)
    }

    func takeOverLimits(_ version: Int, _ state: inout State) {
        state.version = version
        state.machine.change { self.limits.turns(of: $0) }
    }

    // MARK: The clock

    /// How far apart alarms are at least: each one looks at all who wait.
    private static var alarmInterval: Moment.Span { .milliseconds(10) }

    private static func alarmToSet(_ state: inout State) -> Moment? {
        guard let look = state.machine.nextLook else { return nil }
        let wanted = max(look, .now + Self.alarmInterval)
        if let alarm = state.alarm, alarm <= wanted { return nil }
        state.alarm = wanted
        return wanted
    }

    /// The client's thread has a clock, so no task has to sleep.
    private func set(_ alarm: Moment?) {
        guard let alarm else { return }
        self.shared.alarm(at: .now + (alarm - .now).duration) { [weak self] in self?.ring(alarm) }
    }

    // MARK: Telling

    static func carryOut(_ actions: [TurnMachine<Waiter>.Action]) {
        for action in actions {
            switch action {
            case .start(let waiter, let ticket): waiter.resume(returning: ticket)
            case .expire(let waiter): waiter.resume(throwing: Self.busy)
            }
        }
    }

    private static var busy: DomainError { .busy(retryAfterSeconds: 1) }
}

extension TurnMachine {
    /// Everything that follows from the last event.
    mutating func actions(_ now: Moment) -> [Action] {
        var actions: [Action] = []
        while let action = self.next(now) { actions.append(action) }
        return actions
    }
}
