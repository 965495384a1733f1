import NIOCore
import NIOPosix
import NIOSSL

/// A connection that is open and authenticated, as the rest of the client sees it.
final class Connection: Sendable {
    private let channel: any Channel
    private let mailbox: CommandMailbox
    private let handler: NIOLoopBound<ConnectionHandler>

    private init(channel: any Channel, mailbox: CommandMailbox, handler: NIOLoopBound<ConnectionHandler>) {
        self.channel = channel
        self.mailbox = mailbox
        self.handler = handler
    }

    var pending: Int { self.mailbox.pending }

    /// Sends, and waits for the replies: one value, or an array of them if there are several commands.
    func run(_ wire: [UInt8], count: Int, deadline: NIODeadline) async throws -> RedisValue {
        let exchange = Exchange(wire: wire, count: count, deadline: deadline)
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { waiter in
                if exchange.install(waiter) { self.post(exchange) }
            }
        } onCancel: {
            exchange.fail(RedisError.cancelled)
        }
    }

    private func post(_ exchange: Exchange) {
        switch self.mailbox.post(exchange) {
        case .noted: break
        case .wake: self.channel.eventLoop.execute { self.handler.value.drain() }
        case .full: exchange.fail { _ in .overloaded }
        case .closed: exchange.fail { _ in .unavailable(nil) }
        }
    }

    /// Asks the desk what to subscribe to.
    func sendChanges(of desk: MessageDesk) {
        self.channel.eventLoop.execute {
            let handler = self.handler.value
            if let context = handler.context { handler.writeChanges(of: desk, context) }
        }
    }

    /// Closes it: at once, or when all replies have come.
    func close(isGraceful: Bool) {
        self.channel.eventLoop.execute {
            let handler = self.handler.value
            if isGraceful { handler.end() } else { handler.give(up: .shutDown) }
        }
    }

    /// Waits until it is closed, and says why.
    func closed() async -> RedisError? {
        // The future of a channel's end does not fail.
        try? await self.channel.closeFuture.get()
        // Nor does this, on a loop that runs.
        return try? await self.channel.eventLoop.submit { self.handler.value.failure }.get()
    }

    /// Opens a connection and authenticates.
    ///
    /// - Throws: ``RedisError`` with code `connectionFailed` or `authenticationFailed`.
    static func open(
        _ configuration: RedisConfiguration, tls: NIOSSLContext?, group: any EventLoopGroup, desk: MessageDesk? = nil
    ) async throws -> Connection {
        let timeout = TimeAmount(configuration.connectTimeout)
        let deadline = NIODeadline.now() + timeout
        let connection: Connection
        do {
            connection = try await Self.connect(configuration, tls, group, desk, timeout)
        } catch {
            throw RedisError.connectionFailed(error)
        }
        do {
            try await Handshake(configuration).run(on: connection, deadline)
        } catch {
            connection.close(isGraceful: false)
            throw error
        }
        return connection
    }

    private static func connect(
        _ configuration: RedisConfiguration, _ tls: NIOSSLContext?, _ group: any EventLoopGroup, _ desk: MessageDesk?,
        _ timeout: TimeAmount
    ) async throws -> Connection {
        let mailbox = CommandMailbox(limit: configuration.maximumPendingCommands)
        let bounds = ConnectionBounds(configuration)
        return try await ClientBootstrap(group: group)
            .connectTimeout(timeout)
            .channelOption(.socketOption(.tcp_nodelay), value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let tls {
                        try channel.pipeline.syncOperations.addHandler(
                            Self.tlsHandler(tls, host: configuration.host))
                    }
                    let handler = try ConnectionHandler(mailbox: mailbox, bounds: bounds, desk: desk)
                    try channel.pipeline.syncOperations.addHandler(handler)
                }
            }
            .connect(host: configuration.host, port: configuration.port)
            .flatMapThrowing { channel in
                let handler = try channel.pipeline.syncOperations.handler(type: ConnectionHandler.self)
                return Connection(
                    channel: channel, mailbox: mailbox, handler: NIOLoopBound(handler, eventLoop: channel.eventLoop))
            }
            .get()
    }

    /// A certificate for an IP address is verified against the address, without a name.
    private static func tlsHandler(_ context: NIOSSLContext, host: String) throws -> NIOSSLClientHandler {
        // What is no address is a name.
        let isAddress = (try? SocketAddress(ipAddress: host, port: 0)) != nil
        return try NIOSSLClientHandler(context: context, serverHostname: isAddress ? nil : host)
    }
}
