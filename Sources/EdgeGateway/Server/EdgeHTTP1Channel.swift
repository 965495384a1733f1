import BulkheadHummingbird
import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1

/// A connection that speaks HTTP/1: requests go to the server; a first request that asks for WebSocket, once granted, turns
/// it into a tunnel to an upstream.
struct EdgeHTTP1Channel: HTTPChannelHandler {
    /// What a connection turned into with its first request.
    enum Outcome: Sendable {
        case http(NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>)
        case tunnel(any Channel)
        case refused
    }

    struct Value: ServerChildChannelValue {
        let channel: any Channel
        /// The wish for WebSocket; nil if the first request has none.
        let wish: EventLoopFuture<TunnelWish?>
        let outcome: EventLoopFuture<Outcome>
    }

    let server: EdgeServer
    var responder: Responder {
        { request, writer, channel in
            try await self.server.serve(request, writer, on: channel, isStream: false)
        }
    }

    // MARK: Set-up

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        channel.eventLoop.makeCompletedFuture {
            let wish = channel.eventLoop.makePromise(of: TunnelWish?.self)
            let outcome: EventLoopFuture<Outcome>
            do {
                outcome = try self.addHandlers(to: channel, wish, logger)
            } catch {
                wish.fail(error)
                throw error
            }
            // Whatever happens before a first request.
            outcome.whenFailure { wish.fail($0) }
            return Value(channel: channel, wish: wish.futureResult, outcome: outcome)
        }
    }

    private func addHandlers(
        to channel: any Channel, _ wish: EventLoopPromise<TunnelWish?>, _ logger: Logger
    ) throws -> EventLoopFuture<Outcome> {
        let configuration = self.server.configuration
        var encoding = HTTPResponseEncoder.Configuration()
        encoding.automaticallySetFramingHeaders = false
        let encoder = HTTPResponseEncoder(configuration: encoding)
        let decoder = ByteToMessageHandler(HTTPRequestDecoder(leftOverBytesStrategy: .forwardBytes))
        let guardian = RequestHeadHandler()
        let framing = HTTP1Framing()
        let upgrader = TunnelUpgrader(wish: wish, idle: configuration.timeouts.tunnelIdle)
        let upgrade = NIOTypedHTTPServerUpgradeHandler(
            httpEncoder: encoder, extraHTTPHandlers: [decoder, guardian, framing],
            upgradeConfiguration: NIOTypedHTTPServerUpgradeConfiguration(upgraders: [upgrader]) { channel in
                channel.eventLoop.makeCompletedFuture {
                    guard !upgrader.hasAsked else { return .refused }
                    let connection = try self.http(channel, logger)
                    wish.succeed(nil)
                    return .http(connection)
                }
            })
        try channel.pipeline.syncOperations.addHandlers(
            [encoder, decoder, guardian, framing, FirstRequestDeadline(configuration.connectionIdle), upgrade]
                as [any ChannelHandler])
        return upgrade.upgradeResultFuture
    }

    private func http(
        _ channel: any Channel, _ logger: Logger
    ) throws -> NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart> {
        let pipeline = channel.pipeline.syncOperations
        try pipeline.addHandler(HTTP1ToHTTPServerCodec(secure: self.server.isSecure))
        try pipeline.addHandler(
            HTTPConnectionStateHandler(
                idleTimeout: .nanoseconds(self.server.configuration.connectionIdle.nanoseconds), logger: logger))
        return try NIOAsyncChannel(
            wrappingChannelSynchronously: channel, configuration: .init(isOutboundHalfClosureEnabled: true))
    }

    // MARK: Life

    /// Serves the connection; when it ends, whatever was done for it is cancelled.
    func handle(value: Value, logger: Logger) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                await self.run(value, logger)
                value.channel.close(promise: nil)
            }
            group.addTask {
                // Says that the connection has ended; how does not matter.
                do { try await value.channel.closeFuture.get() } catch {}
            }
            await group.next()
            group.cancelAll()
        }
    }

    private func run(_ value: Value, _ logger: Logger) async {
        do {
            if let wish = try await value.wish.get() { await self.consider(wish, value.channel, value.outcome) }
            switch try await value.outcome.get() {
            case .http(let connection): await self.handleHTTP(asyncChannel: connection, logger: logger)
            case .tunnel(let upstream):
                try await value.channel.closeFuture.get()
                try await upstream.closeFuture.get()
            case .refused: break
            }
        } catch {
            logger.debug("Connection ended before its first request", metadata: ["error": "\(error)"])
        }
    }

    /// Runs the request through everything that a request runs through; only if the upstream says 101 is it one.
    private func consider(_ wish: TunnelWish, _ channel: any Channel, _ outcome: EventLoopFuture<Outcome>) async {
        do {
            let head = try HTTPRequest(wish.head, secure: self.server.isSecure, splitCookie: false)
            let request = Request(head: head, body: RequestBody(buffer: ByteBuffer()))
            let exchange = EdgeExchange(
                request, client: channel, isStream: false, wantsTunnel: true, bodyLimit: 0)
            defer { exchange.end() }
            var response = try await self.server.respond(to: request, exchange)
            if response.status == .switchingProtocols, let end = exchange.takeTunnel() {
                wish.grant(HTTPHeaders(response.headers), end)
                // The client may be gone by now: then nobody joins the two ends, and nobody else would close this one.
                return outcome.whenComplete { result in
                    if case .success(.tunnel) = result { return }
                    end.channel.close(promise: nil)
                }
            }
            response.headers[.connection] = "close"
            try await channel.writeAndFlush(HTTPServerResponsePart.head(HTTPResponseHead(response.head)))
            try await response.body.write(PlainWriter(channel: channel))
            wish.refuse()
        } catch {
            wish.refuse()
        }
    }
}

/// Writes the answer to a refused wish to a connection on which nobody else writes.
private struct PlainWriter: ResponseBodyWriter {
    let channel: any Channel

    func write(_ buffer: ByteBuffer) async throws {
        try await self.channel.writeAndFlush(HTTPServerResponsePart.body(.byteBuffer(buffer)))
    }

    consuming func finish(_ trailingHeaders: HTTPFields?) async throws {
        try await self.channel.writeAndFlush(HTTPServerResponsePart.end(trailingHeaders.map { HTTPHeaders($0) }))
    }
}
