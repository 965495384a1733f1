import HummingbirdCore
import HummingbirdHTTP2
import Logging
import NIOCore
import NIOHTTP2
import NIOSSL
import NIOTLS

/// One connection of a listener: handshake first, then HTTP/2 or HTTP/1.1, as was agreed in it (RFC 7301).
struct TLSHTTPChannel<HTTP1: ServerChildChannel>: ServerChildChannel {
    /// What a connection speaks.
    enum Negotiated: Sendable {
        case http1(HTTP1.Value)
        case http2(HTTP2Channel.Value)
    }

    /// A connection whose handshake may not be over.
    struct Value: ServerChildChannelValue {
        let negotiated: EventLoopFuture<Negotiated>
        let channel: any Channel
    }

    let certificate: LiveCertificate
    let configuration: TLSListenerConfiguration
    let http1: HTTP1
    let http2: HTTP2Channel

    /// - Parameters:
    ///   - http1: what becomes of a connection that speaks HTTP/1.1.
    ///   - responder: answers what comes by HTTP/2.
    init(
        certificate: LiveCertificate, configuration: TLSListenerConfiguration, http1: HTTP1,
        responder: @escaping HTTPChannelHandler.Responder
    ) {
        self.certificate = certificate
        self.configuration = configuration
        self.http1 = http1
        // What stands behind the HTTP/1 decoder has no place on a stream.
        self.http2 = HTTP2Channel(
            responder: responder,
            configuration: HTTP2Channel.Configuration(
                idleTimeout: configuration.idleTimeout.map { .nanoseconds($0.nanoseconds) },
                gracefulCloseTimeout: .nanoseconds(configuration.farewellTimeout.nanoseconds),
                streamConfiguration: HTTP1Channel.Configuration(idleTimeout: configuration.idleTimeout)))
    }

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        channel.eventLoop.makeCompletedFuture {
            let pipeline = channel.pipeline.syncOperations
            // Here the certificate is chosen, so that a connection never sees a later one.
            try pipeline.addHandler(NIOSSLServerHandler(context: self.certificate.context))
            try pipeline.addHandler(HandshakeDeadline(self.configuration.handshakeTimeout))
            let negotiation = NIOTypedApplicationProtocolNegotiationHandler<Negotiated> { result in
                switch result {
                case .negotiated("h2"): self.setupHTTP2(channel, logger)
                case .negotiated, .fallback: self.http1.setup(channel: channel, logger: logger).map { .http1($0) }
                }
            }
            try pipeline.addHandler(negotiation)
            return Value(negotiated: negotiation.protocolNegotiationResult, channel: channel)
        }
    }

    private func setupHTTP2(_ channel: any Channel, _ logger: Logger) -> EventLoopFuture<Negotiated> {
        self.http2.setup(channel: channel, logger: logger).flatMapThrowing { value in
            let pipeline = channel.pipeline.syncOperations
            let frames = try pipeline.handler(type: NIOHTTP2Handler.self)
            try pipeline.addHandler(FarewellDeadline(self.configuration.farewellTimeout), position: .after(frames))
            return .http2(value)
        }
    }

    func handle(value: Value, logger: Logger) async {
        let negotiated: Negotiated
        do {
            negotiated = try await value.negotiated.get()
        } catch {
            // Strangers fail at this all day long.
            logger.debug("TLS handshake failed", metadata: ["error": "\(error)"])
            return
        }
        switch negotiated {
        case .http1(let connection): await self.http1.handle(value: connection, logger: logger)
        case .http2(let connection): await self.http2.handle(value: connection, logger: logger)
        }
    }
}
