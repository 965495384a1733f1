public import Logging
public import NIOCore
public import NIOPosix
import NIOSSL
public import ServiceLifecycle
import Synchronization

/// A client of one Redis server: a few connections that all tasks share, and one for messages.
///
/// Nothing happens before ``run()``, which is the lifetime of the client. Commands of many tasks travel on one
/// connection without waiting for each other's replies; what is sent in the same turn of the event loop is one write.
/// While there is no connection, commands fail at once with ``RedisError/Code/unavailable``: whoever uses Redis to be
/// faster must not become slower by it.
public final class RedisClient: Service, Sendable {
    /// The address and the bounds.
    public let configuration: RedisConfiguration
    private let group: any EventLoopGroup
    private let logger: Logger
    private let board: ConnectionBoard
    let desk: MessageDesk
    let digests = ScriptDigests()
    private let endsGracefully = Mutex(true)

    /// A client that has not started anything yet.
    public init(
        configuration: RedisConfiguration, logger: Logger,
        eventLoopGroup: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton
    ) {
        self.configuration = configuration
        self.logger = logger
        self.group = eventLoopGroup
        self.board = ConnectionBoard(places: configuration.connections)
        self.desk = MessageDesk(configuration)
    }

    /// Whether commands are served at the moment.
    public var isConnected: Bool { self.board.current.isConnected }

    /// Whether commands are served at the moment, and if not, why.
    public var state: RedisState { self.board.current }

    /// The present state and each one that follows, until the client ends.
    ///
    /// Who falls behind by more than 16 changes misses the oldest.
    public var states: AsyncStream<RedisState> { self.board.observe() }

    /// Keeps the connections open until graceful shutdown - then waits for the replies under way - or until the task is
    /// cancelled.
    ///
    /// - Throws: ``RedisError`` with code `invalidConfiguration` if the CA file cannot be used, or `unsupported` if it is
    ///   called twice.
    public func run() async throws {
        guard self.board.start() else { throw RedisError.unsupported("A client can be run once.") }
        defer {
            self.board.end()
            self.desk.end()
        }
        let tls = try self.configuration.tlsContext()
        await withTaskCancellationHandler {
            await withDiscardingTaskGroup { group in
                for place in self.board.places {
                    group.addTask { await self.keep(place, tls) }
                }
                group.addTask { await self.keepMessages(tls) }
                // Ends by the one or the other.
                try? await gracefulShutdown()
                self.board.end()
                group.cancelAll()
            }
        } onCancel: {
            self.endsGracefully.withLock { $0 = false }
            // Those that learned of the cancellation before this wait for replies.
            self.board.closeAll()
        }
    }

    /// Keeps one connection for commands open.
    private func keep(_ place: Int, _ tls: NIOSSLContext?) async {
        await self.reconnecting {
            let connection = try await Connection.open(self.configuration, tls: tls, group: self.group)
            if self.board.opened(connection, at: place) { self.logger.info("Connected to Redis") }
            return connection
        } lost: { error in
            guard self.board.lost(error, at: place) else { return }
            self.logger.warning("Redis is not available", metadata: ["error": "\(error)"])
        }
    }

    /// Keeps the connection for messages open, from the first subscription on.
    private func keepMessages(_ tls: NIOSSLContext?) async {
        guard await self.desk.isWanted() else { return }
        await self.reconnecting {
            let connection = try await Connection.open(
                self.configuration, tls: tls, group: self.group, desk: self.desk)
            self.desk.connected(connection)
            return connection
        } lost: { error in
            self.desk.lost()
            self.logger.debug("No messages from Redis", metadata: ["error": "\(error)"])
        }
    }

    private func reconnecting(_ open: () async throws -> Connection, lost: (RedisError) -> Void) async {
        var pause = ReconnectPause(self.configuration)
        while !Task.isCancelled {
            var failure: RedisError
            do {
                let connection = try await open()
                pause.succeeded()
                failure = await self.end(of: connection) ?? .connectionLost(.unknown)
            } catch {
                failure = error as? RedisError ?? .connectionFailed(error)
            }
            if Task.isCancelled { return }
            if failure.code == .authenticationFailed {
                self.logger.error("Redis refuses this client", metadata: ["error": "\(failure)"])
            }
            lost(failure)
            // The pause itself; ends early when cancelled.
            try? await Task.sleep(for: pause.failed(failure, random: .random(in: 0...1)))
        }
    }

    private func end(of connection: Connection) async -> RedisError? {
        await withTaskCancellationHandler {
            await connection.closed()
        } onCancel: {
            connection.close(isGraceful: self.endsGracefully.withLock { $0 })
        }
    }

    /// Sends one or more commands over a connection and waits for the replies.
    func exchange(_ wire: [UInt8], count: Int, deadline: ContinuousClock.Instant?) async throws -> RedisValue {
        let connection = try self.board.connection()
        let time = deadline.map { ContinuousClock.now.duration(to: $0) } ?? self.configuration.defaultDeadline
        guard time > .zero else { throw RedisError.timedOut(.notSent) }
        return try await connection.run(wire, count: count, deadline: .now() + TimeAmount(time))
    }
}

extension RedisClient: CustomStringConvertible, CustomReflectable {
    /// The bounds only.
    public var description: String { "RedisClient(\(self.configuration))" }
    /// The bounds only.
    public var customMirror: Mirror { Mirror(self, children: ["configuration": self.configuration]) }
}
