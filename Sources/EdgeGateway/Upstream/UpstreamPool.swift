import Logging
import NIOCore
import NIOSSL
import Synchronization

/// The connections to one upstream: bounded in number, kept for the next request while they are good.
final class UpstreamPool: Sendable {
    /// How long a connection waits for the next request: less than the shortest that servers of application frameworks
    /// keep theirs (5 s), so that a request seldom meets one that is being closed.
    static let rest = TimeAmount.seconds(4)
    /// For how long an upstream that could not be reached is asked last.
    static let suspicion = Duration.seconds(2)

    private enum Grant: Sendable {
        /// A connection that has become free.
        case connection(UpstreamConnection)
        /// The right to open one.
        case room
    }

    private struct State {
        var idle: [UpstreamConnection] = []
        var open = 0
        var waiting: [(id: UInt64, promise: EventLoopPromise<Grant>)] = []
        var nextID: UInt64 = 0
        var suspectUntil: ContinuousClock.Instant?
        var isClosed = false
    }

    let address: UpstreamAddress
    private let limit: Int
    private let timeout: TimeAmount
    private let tls: NIOSSLContext?
    private let state = Mutex(State())

    /// - Parameters:
    ///   - limit: how many connections there may be.
    ///   - timeout: how long opening one may take, and how long one is waited for.
    init(address: UpstreamAddress, limit: Int, timeout: TimeAmount, tls: NIOSSLContext?) {
        self.address = address
        self.limit = limit
        self.timeout = timeout
        self.tls = address.isSecure ? tls : nil
    }

    /// Whether the upstream could not be reached a moment ago.
    var isSuspect: Bool {
        self.state.withLock { $0.suspectUntil.map { $0 > .now } ?? false }
    }

    /// How many connections there are, and how many of them do nothing.
    var count: (open: Int, idle: Int) { self.state.withLock { ($0.open, $0.idle.count) } }

    // MARK: Lending

    /// A connection for one request, preferably on `eventLoop`.
    ///
    /// - Parameter isFresh: whether it has to be a new one, because a kept one has just failed.
    /// - Throws: ``UpstreamTrouble/cannotConnect(_:)``, ``UpstreamTrouble/busy``.
    func acquire(on eventLoop: any EventLoop, isFresh: Bool) async throws -> UpstreamConnection {
        switch try await self.grant(on: eventLoop, isFresh: isFresh) {
        case .connection(let connection): return connection
        case .room: return try await self.open(on: eventLoop)
        }
    }

    /// Gives a connection back.
    func release(_ connection: UpstreamConnection, isReusable: Bool) {
        guard isReusable else { return connection.close() }
        let next: EventLoopPromise<Grant>? = self.state.withLock { state in
            guard !state.isClosed, state.waiting.isEmpty else {
                return state.isClosed ? nil : state.waiting.removeFirst().promise
            }
            state.idle.append(connection)
            return nil
        }
        connection.rest(for: Self.rest)
        if let next { next.succeed(.connection(connection)) }
    }

    /// Closes what does nothing, and keeps nothing from now on.
    func close() {
        let idle = self.state.withLock { state in
            state.isClosed = true
            defer { state.idle = [] }
            return state.idle
        }
        for connection in idle { connection.close() }
    }

    private func open(on eventLoop: any EventLoop) async throws -> UpstreamConnection {
        do {
            let connection = try await UpstreamConnection.open(
                to: self.address, on: eventLoop, timeout: self.timeout, tls: self.tls)
            self.state.withLock { $0.suspectUntil = nil }
            connection.channel.closeFuture.whenComplete { _ in self.closed(connection) }
            return connection
        } catch {
            self.state.withLock { $0.suspectUntil = .now + Self.suspicion }
            self.vacated()
            throw error
        }
    }

    private func closed(_ connection: UpstreamConnection) {
        self.state.withLock { state in state.idle.removeAll { $0 === connection } }
        self.vacated()
    }

    /// There is room for one more; who waits longest gets it.
    private func vacated() {
        let next: EventLoopPromise<Grant>? = self.state.withLock { state in
            guard !state.waiting.isEmpty else {
                state.open -= 1
                return nil
            }
            return state.waiting.removeFirst().promise
        }
        next?.succeed(.room)
    }

    // MARK: Waiting

    private enum Immediate {
        case granted(Grant, closing: UpstreamConnection?)
        case waits(UInt64)
    }

    private func grant(on eventLoop: any EventLoop, isFresh: Bool) async throws -> Grant {
        let promise = eventLoop.makePromise(of: Grant.self)
        switch self.state.withLock({ Self.take(&$0, eventLoop, isFresh, self.limit, promise) }) {
        case .granted(let grant, let surplus):
            promise.succeed(grant)
            surplus?.close()
            return grant
        case .waits(let id):
            let deadline = eventLoop.scheduleTask(in: self.timeout) { self.giveUp(id, .busy) }
            defer { deadline.cancel() }
            return try await withTaskCancellationHandler {
                try await promise.futureResult.get()
            } onCancel: {
                self.giveUp(id, .busy)
            }
        }
    }

    private static func take(
        _ state: inout State, _ eventLoop: any EventLoop, _ isFresh: Bool, _ limit: Int,
        _ promise: EventLoopPromise<Grant>
    ) -> Immediate {
        if !isFresh, let index = state.idle.lastIndex(where: { $0.channel.eventLoop === eventLoop }) {
            return .granted(.connection(state.idle.remove(at: index)), closing: nil)
        }
        if !isFresh, let connection = state.idle.popLast() { return .granted(.connection(connection), closing: nil) }
        if state.open < limit {
            state.open += 1
            return .granted(.room, closing: nil)
        }
        if let surplus = state.idle.popLast() {
            // One more for the moment in which the other is being closed.
            state.open += 1
            return .granted(.room, closing: surplus)
        }
        state.nextID += 1
        state.waiting.append((state.nextID, promise))
        return .waits(state.nextID)
    }

    private func giveUp(_ id: UInt64, _ trouble: UpstreamTrouble) {
        let promise: EventLoopPromise<Grant>? = self.state.withLock { state in
            guard let index = state.waiting.firstIndex(where: { $0.id == id }) else { return nil }
            return state.waiting.remove(at: index).promise
        }
        promise?.fail(trouble)
    }
}
