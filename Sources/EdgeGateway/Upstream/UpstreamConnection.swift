import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import Synchronization

/// A connection to an upstream, for one request at a time.
final class UpstreamConnection: Sendable {
    /// Says whether the client's next piece of body is what the connection waits for.
    final class Patience: Sendable {
        let waitsForClient = Atomic<Bool>(false)
    }

    let channel: any Channel
    private let handler: NIOLoopBound<UpstreamHandler>
    private let patience: Patience

    init(channel: any Channel, handler: NIOLoopBound<UpstreamHandler>, patience: Patience) {
        self.channel = channel
        self.handler = handler
        self.patience = patience
    }

    /// Opens a connection.
    ///
    /// - Throws: ``UpstreamTrouble/cannotConnect(_:)``.
    static func open(
        to address: UpstreamAddress, on eventLoop: any EventLoop, timeout: TimeAmount, tls: NIOSSLContext?
    ) async throws -> UpstreamConnection {
        let patience = Patience()
        do {
            return try await ClientBootstrap(group: eventLoop)
                .connectTimeout(timeout)
                .channelOption(.autoRead, value: false)
                .connect(host: address.host, port: address.port) { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try Self.setUp(channel, address, tls, patience)
                    }
                }
        } catch {
            throw UpstreamTrouble.cannotConnect("\(error)")
        }
    }

    private static func setUp(
        _ channel: any Channel, _ address: UpstreamAddress, _ tls: NIOSSLContext?, _ patience: Patience
    ) throws -> UpstreamConnection {
        let pipeline = channel.pipeline.syncOperations
        let handler = UpstreamHandler(eventLoop: channel.eventLoop) {
            patience.waitsForClient.load(ordering: .relaxed)
        }
        if let tls { try pipeline.addHandler(tls.client(of: address)) }
        // Framing is the edge's business: the encoder would guess, and guess wrong about HEAD.
        var encoding = HTTPRequestEncoder.Configuration()
        encoding.automaticallySetFramingHeaders = false
        try pipeline.addHandlers([
            AnswerWatch(handler), HTTPRequestEncoder(configuration: encoding),
            ByteToMessageHandler(HTTPResponseDecoder(informationalResponseStrategy: .forward)), handler,
        ])
        return UpstreamConnection(
            channel: channel, handler: NIOLoopBound(handler, eventLoop: channel.eventLoop), patience: patience)
    }

    // MARK: Requests

    /// Sends the head of a request; with `isWhole` all of it.
    ///
    /// - Throws: ``UpstreamTrouble/stale`` if the connection is of no use any more and nothing was sent.
    func send(_ head: HTTPRequestHead, isWhole: Bool) async throws {
        try await self.call { $0.send(head, isWhole: isWhole) }
    }

    /// Sends some of the request's body; returns when it has left, which is how a slow upstream slows the client down.
    func send(_ buffer: ByteBuffer) async throws {
        try await self.call { $0.send(buffer) }
    }

    /// Ends the request.
    func sendEnd() async throws {
        try await self.call { $0.sendEnd() }
    }

    /// States whose turn it is while a body is on its way.
    func waitsForClient(_ waits: Bool) {
        self.patience.waitsForClient.store(waits, ordering: .relaxed)
    }

    // MARK: Answers

    /// The next part of the answer.
    ///
    /// - Throws: ``UpstreamTrouble``; `orElse` if nothing happens for too long.
    func next(within timeout: TimeAmount, orElse trouble: UpstreamTrouble) async throws -> UpstreamPart {
        try await self.call { $0.next(within: timeout, orElse: trouble) }
    }

    /// Whether another request may go out on the connection.
    func isReusable() async -> Bool {
        do {
            return try await self.call { handler in self.channel.eventLoop.makeSucceededFuture(handler.isReusable) }
        } catch {
            return false
        }
    }

    /// Waits for the next request.
    func rest(for time: TimeAmount) {
        self.channel.eventLoop.execute { self.handler.value.rest(for: time) }
    }

    /// Closes the connection, whatever is under way.
    func close(_ trouble: UpstreamTrouble = .stale) {
        self.channel.eventLoop.execute { self.handler.value.end(with: trouble) }
    }

    /// Asks the handler on its event loop; a task that is cancelled takes the connection with it.
    private func call<Value: Sendable>(
        _ body: @escaping @Sendable (UpstreamHandler) -> EventLoopFuture<Value>
    ) async throws -> Value {
        try await withTaskCancellationHandler {
            try await self.channel.eventLoop.flatSubmit { body(self.handler.value) }.get()
        } onCancel: {
            self.close()
        }
    }
}

extension NIOSSLContext {
    /// A handler that checks the certificate of `address`.
    func client(of address: UpstreamAddress) throws -> NIOSSLClientHandler {
        do {
            return try NIOSSLClientHandler(context: self, serverHostname: address.host)
        } catch let error as NIOSSLExtraError where error == .cannotUseIPAddressInSNI {
            // An address is no server name (RFC 6066, section 3); the certificate is compared with it all the same.
            return try NIOSSLClientHandler(context: self, serverHostname: nil)
        }
    }
}
