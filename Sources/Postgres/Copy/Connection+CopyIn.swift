import CLibPQ

extension Connection {
    /// Begins a `COPY ... FROM STDIN`, outside of pipeline mode, which has no COPY; nothing may be in flight.
    ///
    /// In the extended protocol an error in a COPY leaves it open whether the server has read the Sync before it, and with
    /// it how many answers will come. So the statement goes by the simple protocol, after a Parse has shown that it is
    /// one statement and no more.
    func startCopyIn(_ intake: CopyIntake) {
        self.intake = intake
        let isSent =
            PQexitPipelineMode(self.pointer) == 1 && PQsendPrepare(self.pointer, "", intake.sql, 0, nil) == 1
        if isSent { self.flush() } else { self.lose(self.libpqError) }
    }

    /// Hands rows to libpq, which keeps what the socket does not take.
    ///
    /// Also while half a notice lies there: the caller was told before it came that there is room, and brings each piece
    /// once. Who brings one meanwhile waits longer, and that is all.
    func put(_ bytes: [UInt8], of intake: CopyIntake) {
        guard !self.isLost, intake.phase == .streaming else { return intake.deliver(hasRoom: false) }
        let isTaken = bytes.withUnsafeBytes { buffer in
            PQputCopyData(
                self.pointer, buffer.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(buffer.count)) == 1
        }
        guard isTaken else { return self.lose(self.libpqError) }
        self.flush()
        self.clear(intake)
        intake.deliver(hasRoom: !self.isOutputBlocked)
    }

    /// Says that there are no more rows, or with `reason` that the server shall forget those it has.
    func endCopyIn(_ intake: CopyIntake, reason: String? = nil) {
        guard !self.isLost, intake.phase == .streaming else { return intake.deliver(hasRoom: false) }
        guard PQputCopyEnd(self.pointer, reason) == 1 else { return self.lose(self.libpqError) }
        intake.phase = .ending
        intake.isComplete = reason == nil
        self.flush()
        // What the server has said in the midst of the rows lies in libpq's buffer already: no socket announces it.
        self.readWhatIsThere()
    }

    /// Acts on what libpq has read already.
    func readWhatIsThere() {
        self.continueCopyIn(noticesBefore: self.notices.count, isReadable: false, .now)
    }

    /// Gives the rows up that were sent so far.
    func abortCopyIn(_ intake: CopyIntake) {
        guard !intake.isAborted else { return }
        intake.isAborted = true
        self.endCopyIn(intake, reason: "given up by the client")
    }

    /// Acts on what the server has sent; `before` are the notices that had come before.
    func continueCopyIn(noticesBefore before: UInt64, isReadable: Bool, _ now: ContinuousClock.Instant) {
        guard let intake = self.intake, !self.isLost else { return }
        if intake.phase == .checking { self.readCheck(intake) }
        if intake.phase == .streaming {
            if isReadable { self.suspect(intake, noticesBefore: before, now) }
        } else if intake.phase == .starting {
            self.readStart(intake)
        }
        if intake.phase == .draining { self.drain(intake) }
        if intake.phase == .ending { self.readEnd(intake) }
        intake.deliver(hasRoom: !self.isOutputBlocked)
        self.events.append(.copyProgressed)
    }

    private func readCheck(_ intake: CopyIntake) {
        while PQisBusy(self.pointer) == 0 {
            if let result = ServerResult(nextOf: self.pointer) {
                if result.status != PGRES_COMMAND_OK { intake.fail(result.serverError(outcome: .rolledBack)) }
                continue
            }
            guard intake.failure == nil, !intake.isAborted else { return self.finish(intake) }
            intake.phase = .starting
            if PQsendQuery(self.pointer, intake.sql) == 1 { self.flush() } else { self.lose(self.libpqError) }
            return
        }
    }

    private func readStart(_ intake: CopyIntake) {
        guard PQisBusy(self.pointer) == 0 else { return }
        guard let result = ServerResult(nextOf: self.pointer) else { return self.finish(intake) }
        switch result.status {
        case PGRES_COPY_IN:
            intake.phase = .streaming
            if intake.isAborted { self.endCopyIn(intake, reason: "given up by the client") }
        case PGRES_COPY_OUT:
            intake.fail(.unsupported("The statement is not a COPY from standard input.", outcome: .rolledBack))
            intake.phase = .draining
        case PGRES_FATAL_ERROR:
            intake.fail(result.serverError(outcome: .rolledBack))
            intake.phase = .ending
        default:
            intake.fail(.unsupported("The statement is not a COPY from standard input.", outcome: .unknown))
            intake.phase = .ending
        }
    }

    /// While rows are sent libpq reads notices and notifications, and leaves everything else for the end.
    private func suspect(_ intake: CopyIntake, noticesBefore before: UInt64, _ now: ContinuousClock.Instant) {
        // Makes libpq read what it can.
        _ = PQisBusy(self.pointer)
        let isExplained = self.notices.count != before || self.hasReadNotification()
        // An error comes at once; what keeps coming is a long notice.
        intake.suspectedSince = isExplained ? nil : now
        intake.noticesAtSuspicion = self.notices.count
    }

    /// Looks whether the rest of a notice has come unannounced: a socket that takes no more is read by libpq itself.
    func clear(_ intake: CopyIntake) {
        guard intake.suspectedSince != nil, intake.phase == .streaming, !self.isLost else { return }
        _ = PQisBusy(self.pointer)
        if self.notices.count != intake.noticesAtSuspicion { intake.suspectedSince = nil }
    }

    private func hasReadNotification() -> Bool {
        guard let notification = PQnotifies(self.pointer) else { return false }
        PQfreemem(notification)
        return true
    }

    private func drain(_ intake: CopyIntake) {
        while true {
            var data: UnsafeMutablePointer<CChar>?
            let length = PQgetCopyData(self.pointer, &data, 1)
            PQfreemem(data)
            if length == 0 { return }
            if length < 0 { break }
        }
        intake.phase = .ending
    }

    private func readEnd(_ intake: CopyIntake) {
        while PQisBusy(self.pointer) == 0 {
            guard let result = ServerResult(nextOf: self.pointer) else { return self.finish(intake) }
            switch result.status {
            case PGRES_FATAL_ERROR: intake.fail(result.serverError(outcome: .rolledBack))
            case PGRES_COMMAND_OK: intake.succeed(result.commandTag)
            default: break
            }
        }
    }

    private func finish(_ intake: CopyIntake) {
        intake.phase = .finished
        self.intake = nil
        if PQenterPipelineMode(self.pointer) != 1 { self.lose(self.libpqError) }
    }
}
