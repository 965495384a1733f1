import HTTPTypes
import NIOCore
import NIOHTTP1
import NIOHTTPTypesHTTP1
import NIOPosix
import NIOSSL
import Synchronization

/// Opens WebSockets to upstreams: connections of their own, which leave HTTP behind.
final class TunnelDialer: Sendable {
    /// What an upstream says to the wish.
    enum Outcome: Sendable {
        /// Yes, with these fields.
        case opened(TunnelEnd, HTTPFields)
        /// Something else, as an ordinary answer.
        case answered(UpstreamConnection)
    }

    private let limit: Int
    private let tls: NIOSSLContext?
    private let open = Atomic<Int>(0)

    init(limit: Int, tls: NIOSSLContext?) {
        self.limit = limit
        self.tls = tls
    }

    /// How many there are.
    var count: Int { self.open.load(ordering: .relaxed) }

    /// Sends the wish to one upstream and waits for what it says.
    ///
    /// - Throws: ``UpstreamTrouble``.
    func dial(
        _ head: HTTPRequestHead, to address: UpstreamAddress, on eventLoop: any EventLoop,
        _ timeouts: EdgeConfiguration.Timeouts
    ) async throws -> Outcome {
        guard self.open.wrappingAdd(1, ordering: .relaxed).newValue <= self.limit else {
            self.open.wrappingSubtract(1, ordering: .relaxed)
            throw UpstreamTrouble.busy
        }
        let attempt: Attempt
        do {
            attempt = try await self.connect(head, to: address, on: eventLoop, timeouts.connect)
        } catch {
            self.open.wrappingSubtract(1, ordering: .relaxed)
            throw UpstreamTrouble.cannotConnect("\(error)")
        }
        attempt.channel.closeFuture.whenComplete { _ in self.open.wrappingSubtract(1, ordering: .relaxed) }
        return try await Self.outcome(of: attempt, within: timeouts.answer)
    }

    private struct Attempt: Sendable {
        let channel: any Channel
        let outcome: EventLoopFuture<Outcome>
    }

    private static func outcome(of attempt: Attempt, within timeout: TimeAmount) async throws -> Outcome {
        let channel = attempt.channel
        let deadline = NIODeadline.now() + timeout
        let timer = channel.eventLoop.scheduleTask(deadline: deadline) { channel.close(promise: nil) }
        defer { timer.cancel() }
        do {
            return try await withTaskCancellationHandler {
                try await attempt.outcome.get()
            } onCancel: {
                channel.close(promise: nil)
            }
        } catch {
            channel.close(promise: nil)
            throw NIODeadline.now() >= deadline ? UpstreamTrouble.answerTimedOut : .lost("\(error)")
        }
    }

    private func connect(
        _ head: HTTPRequestHead, to address: UpstreamAddress, on eventLoop: any EventLoop, _ timeout: TimeAmount
    ) async throws -> Attempt {
        let tls = address.isSecure ? self.tls : nil
        return try await ClientBootstrap(group: eventLoop)
            .connectTimeout(timeout)
            .connect(host: address.host, port: address.port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let tls { try channel.pipeline.syncOperations.addHandler(tls.client(of: address)) }
                    return Attempt(channel: channel, outcome: try Self.setUp(channel, head))
                }
            }
    }

    private static func setUp(_ channel: any Channel, _ head: HTTPRequestHead) throws -> EventLoopFuture<Outcome> {
        let encoder = HTTPRequestEncoder()
        let decoder = ByteToMessageHandler(HTTPResponseDecoder(leftOverBytesStrategy: .forwardBytes))
        let configuration = NIOTypedHTTPClientUpgradeConfiguration(
            upgradeRequestHead: head, upgraders: [WebSocketAcceptance()]
        ) { channel in
            channel.eventLoop.makeCompletedFuture { .answered(try self.plain(channel)) }
        }
        let handler = NIOTypedHTTPClientUpgradeHandler(
            httpHandlers: [encoder, decoder], upgradeConfiguration: configuration)
        try channel.pipeline.syncOperations.addHandlers([encoder, decoder, handler] as [any ChannelHandler])
        return handler.upgradeResultFuture
    }

    /// The connection as one that answers an ordinary request.
    private static func plain(_ channel: any Channel) throws -> UpstreamConnection {
        let patience = UpstreamConnection.Patience()
        let handler = UpstreamHandler(eventLoop: channel.eventLoop, isRequestSent: true) { false }
        try channel.syncOptions?.setOption(.autoRead, value: false)
        try channel.pipeline.syncOperations.addHandler(handler)
        return UpstreamConnection(
            channel: channel, handler: NIOLoopBound(handler, eventLoop: channel.eventLoop), patience: patience)
    }
}

/// What becomes of a connection to an upstream that has said 101.
private struct WebSocketAcceptance: NIOTypedHTTPClientProtocolUpgrader {
    let supportedProtocol = "websocket"
    let requiredUpgradeHeaders: [String] = []

    func addCustom(upgradeRequestHeaders: inout HTTPHeaders) {}

    func shouldAllowUpgrade(upgradeResponse: HTTPResponseHead) -> Bool { true }

    func upgrade(
        channel: any Channel, upgradeResponse: HTTPResponseHead
    ) -> EventLoopFuture<TunnelDialer.Outcome> {
        channel.eventLoop.makeCompletedFuture {
            let handler = TunnelHandler()
            try channel.pipeline.syncOperations.addHandler(handler)
            let fields = HopByHop.removed(from: HTTPFields(upgradeResponse.headers, splitCookie: false))
            let end = TunnelEnd(channel: channel, handler: NIOLoopBound(handler, eventLoop: channel.eventLoop))
            return .opened(end, fields)
        }
    }
}
