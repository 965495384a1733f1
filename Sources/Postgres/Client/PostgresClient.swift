public import Logging
public import ServiceLifecycle
import Synchronization

/// An asynchronous client of one PostgreSQL server: a pool of connections in pipeline mode.
///
/// Nothing happens before ``run()``, which is the lifetime of the client: list the client in a `ServiceGroup` before
/// the services that use it, so that it ends after them. Requests made earlier wait until their deadline.
///
/// One thread waits for all sockets. A batch on a shared connection costs one round trip, and several batches of
/// different tasks may be under way on one connection, so statements that touch the session - `SET`, `LISTEN`,
/// temporary tables, advisory locks of the session - belong into ``withConnection(deadline:planScope:_:)`` only.
public final class PostgresClient: Service, Sendable {
    /// The bounds of the client.
    public let configuration: PostgresConfiguration
    let logger: Logger
    let mailbox = Mailbox<Message>()
    let gate = StartGate()
    private let board = StatisticsBoard()

    /// A client that has not started anything yet.
    public init(configuration: PostgresConfiguration, logger: Logger) {
        self.configuration = configuration
        self.logger = logger
    }

    /// What the client is doing at the moment.
    public var statistics: PostgresStatistics { self.board.current }

    /// Serves requests until graceful shutdown - then lets running and queued work end - or until the task is cancelled.
    ///
    /// Throws if it is called twice, or if the system has no threads or descriptors left.
    public func run() async throws {
        guard self.gate.phase == .waiting, self.gate.enter(.running) == .waiting else {
            throw PostgresError.unsupported("A client can be run once.")
        }
        defer { self.gate.enter(.ended) }
        let thread = Mutex<NativeThread?>(nil)
        try await withTaskCancellationHandler {
            try await withGracefulShutdownHandler {
                try await withCheckedThrowingContinuation { (ended: CheckedContinuation<Void, any Error>) in
                    self.start(ended, thread)
                }
            } onGracefulShutdown: {
                _ = self.mailbox.post(.shutDown(isGraceful: true))  // refused only when the thread has ended
            }
        } onCancel: {
            _ = self.mailbox.post(.shutDown(isGraceful: false))
        }
        // The thread has said that it is ending, so this is over at once.
        thread.withLock { $0 }?.join()
    }

    /// Ends ``run()`` after the work under way and in the queue; for an owner that ends one client among others.
    package func stop() {
        _ = self.mailbox.post(.shutDown(isGraceful: true))  // refused only when the thread has ended
    }

    /// Calls a closure on the client's thread when a time has come, or when the client ends; never before the client
    /// runs, nor after it has ended.
    ///
    /// For owners that would have to keep a task asleep otherwise. The closure must not block.
    package func alarm(at time: ContinuousClock.Instant, _ body: @escaping @Sendable () -> Void) {
        _ = self.mailbox.post(.alarm(time, body))  // refused only when the client has ended
    }

    private func start(_ ended: CheckedContinuation<Void, any Error>, _ thread: borrowing Mutex<NativeThread?>) {
        let (configuration, logger, mailbox, board) = (self.configuration, self.logger, self.mailbox, self.board)
        do {
            let started = try NativeThread(name: "pg-io") {
                do {
                    let loop = try EventLoop(
                        configuration: configuration, logger: logger, mailbox: mailbox, board: board)
                    loop.run()
                    ended.resume()
                } catch {
                    EventLoop.refuseAll(of: mailbox)
                    ended.resume(throwing: error)
                }
            }
            thread.withLock { $0 = started }
        } catch {
            EventLoop.refuseAll(of: mailbox)
            ended.resume(throwing: error)
        }
    }

    /// Runs one statement in a transaction of its own, on a shared connection.
    ///
    /// Throws ``PostgresError``. See ``execute(_:deadline:)``.
    public func query(
        _ query: PostgresQuery, deadline: ContinuousClock.Instant? = nil
    ) async throws -> PostgresRows {
        try await self.execute(PostgresBatch([query]), deadline: deadline).first ?? .none
    }

    /// Runs the statements of one transaction in one round trip, on a shared connection, and returns their answers in
    /// order.
    ///
    /// The deadline (default: ``PostgresConfiguration/defaultDeadline`` from now) covers waiting and running; when it
    /// passes, or when the task is cancelled, the call throws at once, but a batch that is already under way is not
    /// stopped: its outcome is `unknown`. Throws ``PostgresError``.
    public func execute(
        _ batch: PostgresBatch, deadline: ContinuousClock.Instant? = nil
    ) async throws -> [PostgresRows] {
        try await self.execute(batch, deadline: deadline, holding: nil)
    }

    /// The same, keeping an object for as long as the batch takes up a place: until it is refused, answered, or its
    /// connection is gone, which may be long after the caller was told that its deadline has passed.
    package func execute(
        _ batch: PostgresBatch, deadline: ContinuousClock.Instant?, holding hold: (any AnyObject & Sendable)?
    ) async throws -> [PostgresRows] {
        try batch.validate()
        guard !batch.queries.isEmpty else { return [] }
        let deadline = deadline ?? .now + self.configuration.defaultDeadline
        try await self.waitForStart(deadline)
        return try await self.submit { id, waiter in
            .batch(BatchRequest(id: id, batch: batch, deadline: deadline, place: .shared, waiter: waiter, hold: hold))
        }
    }

    /// Sends a message that somebody waits for, and tells the I/O thread when the waiting task is cancelled.
    func submit<Value: Sendable>(
        id: RequestID = .next(), _ message: (RequestID, CheckedContinuation<Value, any Error>) -> Message
    ) async throws -> Value {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { waiter in
                guard !Task.isCancelled else { return waiter.resume(throwing: PostgresError.cancelled(.notSent)) }
                guard self.mailbox.post(message(id, waiter)) else {
                    return waiter.resume(throwing: PostgresError.shutDown)
                }
                // A cancellation between the two checks came before the request, and was not understood.
                if Task.isCancelled { _ = self.mailbox.post(.cancel(id)) }
            }
        } onCancel: {
            _ = self.mailbox.post(.cancel(id))  // refused only when everybody has been told already
        }
    }

    func waitForStart(_ deadline: ContinuousClock.Instant) async throws {
        switch self.gate.phase {
        case .running: return
        case .ended: throw PostgresError.shutDown
        case .waiting: break
        }
        switch await self.gate.wait(until: deadline) {
        case .running: return
        case .ended: throw PostgresError.shutDown
        case .waiting: throw Task.isCancelled ? PostgresError.cancelled(.notSent) : .deadlineExceeded(.notSent)
        }
    }
}

extension EventLoop {
    /// For a client whose thread could not start.
    static func refuseAll(of mailbox: Mailbox<Message>) {
        for message in mailbox.close() { message.refuse(.shutDown) }
    }
}
