import CLibPQ

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// An open connection on which commands are sent one at a time, by the thread that waits for the answers.
struct ConsoleLine: ~Copyable {
    private let connection: OpaquePointer
    private let interruption: WakeUp
    private let deadline: ContinuousClock.Instant

    init(_ link: ServerLink, interruption: WakeUp, _ deadline: ContinuousClock.Instant) {
        self.connection = link.take()
        self.interruption = interruption
        self.deadline = deadline
    }

    deinit {
        PQfinish(self.connection)
    }

    /// Sends a command and waits for its answer.
    func ask(_ command: String) throws(PostgresError) -> PostgresRows {
        guard PQsetnonblocking(self.connection, 1) == 0, PQsendQuery(self.connection, command) == 1 else {
            throw self.lost
        }
        var rows = PostgresRows.none
        var refusal: PostgresError?
        try self.waitForAnswer()
        while let result = ServerResult(nextOf: self.connection) {
            switch result.status {
            case PGRES_TUPLES_OK, PGRES_COMMAND_OK:
                guard let storage = result.copyRows(columns: result.columns(known: nil)) else {
                    throw PostgresError.protocolViolation("an answer of more than 2 GiB")
                }
                rows = PostgresRows(storage: storage)
            case PGRES_FATAL_ERROR: refusal = result.serverError(outcome: .unknown)
            default: throw PostgresError.unsupported("The console takes no command of this kind.", outcome: .unknown)
            }
            try self.waitForAnswer()
        }
        if PQstatus(self.connection) == CONNECTION_BAD { throw self.lost }
        if let refusal { throw refusal }
        return rows
    }

    /// Waits until libpq has the next result, or knows that there is none.
    private func waitForAnswer() throws(PostgresError) {
        var flushed = PQflush(self.connection)
        while flushed == 1 || PQisBusy(self.connection) == 1 {
            guard flushed >= 0 else { throw self.lost }
            let events = flushed == 1 ? POLLIN | POLLOUT : POLLIN
            var waits = [
                pollfd(fd: PQsocket(self.connection), events: Int16(events), revents: 0),
                pollfd(fd: self.interruption.readDescriptor, events: Int16(POLLIN), revents: 0),
            ]
            let left = self.deadline - ContinuousClock.now
            guard left > .zero else { throw PostgresError.deadlineExceeded(.unknown) }
            _ = poll(&waits, nfds_t(waits.count), left.millisecondsRoundedUp)
            if waits[1].revents != 0 { throw PostgresError.cancelled(.unknown) }
            if waits[0].revents != 0, PQconsumeInput(self.connection) == 0 { throw self.lost }
            flushed = PQflush(self.connection)
        }
        if flushed < 0 { throw self.lost }
    }

    private var lost: PostgresError {
        .connectionLost(.unknown, PQerrorMessage(self.connection).map { String(cString: $0) })
    }
}
