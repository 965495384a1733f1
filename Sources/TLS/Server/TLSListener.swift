public import HummingbirdCore
public import NIOCore

/// Settings of a listener that speaks HTTP/2 and HTTP/1.1 over TLS.
public struct TLSListenerConfiguration: Sendable {
    /// Handlers for HTTP/1.1 connections, behind the HTTP decoder; none for HTTP/2.
    public var http1: HTTP1Channel.Configuration
    /// How long a connection may be silent while no request is under way.
    public var idleTimeout: TimeAmount?
    /// How long a handshake may take, from the connection on.
    public var handshakeTimeout: TimeAmount
    /// How long requests on an HTTP/2 connection may go on after the client was told to leave.
    public var farewellTimeout: TimeAmount

    /// Settings.
    ///
    /// - Parameters:
    ///   - additionalChannelHandlers: handlers for HTTP/1.1 connections, made for each; HTTP/2 gets none.
    ///   - idleTimeout: how long a connection may be silent while no request is under way.
    ///   - handshakeTimeout: how long a handshake may take, from the connection on.
    ///   - farewellTimeout: how long an HTTP/2 connection stays after GOAWAY (RFC 9113, section 6.8).
    public init(
        additionalChannelHandlers: @autoclosure @escaping @Sendable () -> [any RemovableChannelHandler] = [],
        idleTimeout: TimeAmount? = .seconds(75), handshakeTimeout: TimeAmount = .seconds(10),
        farewellTimeout: TimeAmount = .seconds(30)
    ) {
        self.http1 = HTTP1Channel.Configuration(
            additionalChannelHandlers: additionalChannelHandlers(), idleTimeout: idleTimeout)
        self.idleTimeout = idleTimeout
        self.handshakeTimeout = handshakeTimeout
        self.farewellTimeout = farewellTimeout
    }
}

extension HTTPServerBuilder {
    /// HTTP/2 and HTTP/1.1 over TLS 1.2 or 1.3, with whatever certificate is in use at the time of a handshake.
    ///
    /// ```swift
    /// Application(
    ///     responder: responder,
    ///     server: .secure(live, configuration: .init(additionalChannelHandlers: [RequestHeadGuard()])))
    /// ```
    public static func secure(
        _ certificate: LiveCertificate, configuration: TLSListenerConfiguration = .init()
    ) -> HTTPServerBuilder {
        HTTPServerBuilder { responder in
            EventLoopChannel(
                connection: TLSHTTPChannel(
                    certificate: certificate, configuration: configuration,
                    http1: HTTP1Channel(responder: responder, configuration: configuration.http1),
                    responder: responder))
        }
    }

    /// The same with another way to serve those who speak HTTP/1.1, such as one that knows WebSockets.
    ///
    /// - Parameter http1: gets a connection when its handshake is over.
    public static func secure(
        _ certificate: LiveCertificate, configuration: TLSListenerConfiguration = .init(),
        http1: some ServerChildChannel
    ) -> HTTPServerBuilder {
        HTTPServerBuilder { responder in
            EventLoopChannel(
                connection: TLSHTTPChannel(
                    certificate: certificate, configuration: configuration, http1: http1, responder: responder))
        }
    }

    /// HTTP/1.1 without TLS, each connection served on the thread of its event loop.
    public static func plain(configuration: HTTP1Channel.Configuration = .init()) -> HTTPServerBuilder {
        .plain { HTTP1Channel(responder: $0, configuration: configuration) }
    }

    /// The same with another way to serve connections.
    public static func plain<Connection: ServerChildChannel>(
        _ connection: @escaping @Sendable (@escaping HTTPChannelHandler.Responder) -> Connection
    ) -> HTTPServerBuilder {
        HTTPServerBuilder { responder in EventLoopChannel(connection: connection(responder))
        }
    }
}
