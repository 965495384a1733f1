import NIOCore
import NIOPosix
import NIOSSL
import NIOTLS
import Synchronization

/// One connection of a probe.
struct HandshakeAttempt {
    /// What came of it.
    struct Handshake: Sendable {
        let version: String
        let applicationProtocol: String?
        let chain: [[UInt8]]
    }

    private let host: String
    private let address: String
    private let port: Int
    private let context: NIOSSLContext

    init(host: String, address: String, port: Int) throws {
        self.host = host
        self.address = address
        self.port = port
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        // A wrong name has to come as far as to be looked at.
        configuration.certificateVerification = .noHostnameVerification
        configuration.applicationProtocols = ["h2", "http/1.1"]
        self.context = try NIOSSLContext(configuration: configuration)
    }

    /// Connects, waits for the end of the handshake, and closes.
    func run(within deadline: Duration) async throws -> Handshake {
        let (name, loop) = ("\(self.address):\(self.port)", MultiThreadedEventLoopGroup.singleton.next())
        let promise = loop.makePromise(of: Handshake.self)
        let timeout = loop.scheduleTask(in: TimeAmount(deadline)) { promise.fail(ProbeError.timeout(name)) }
        let connection = self.connect(loop, TimeAmount(deadline), promise)
        // A promise that nobody keeps would be a fault of ours.
        connection.cascadeFailure(to: promise)
        promise.futureResult.whenComplete { _ in
            timeout.cancel()
            connection.whenSuccess { $0.close(promise: nil) }
        }
        do {
            return try await withTaskCancellationHandler {
                try await promise.futureResult.get()
            } onCancel: {
                promise.fail(CancellationError())
            }
        } catch let error as CancellationError {
            throw error
        } catch {
            throw ProbeError(error, at: name)
        }
    }

    private func connect(
        _ loop: any EventLoop, _ timeout: TimeAmount, _ promise: EventLoopPromise<Handshake>
    ) -> EventLoopFuture<any Channel> {
        ClientBootstrap(group: loop)
            .connectTimeout(timeout)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let shown = ShownCertificates()
                    // Accepted here, judged later; see HandshakeProbe.
                    let tls = try NIOSSLClientHandler(context: self.context, serverHostname: self.host) {
                        chain, answer in
                        shown.keep(chain)
                        answer.succeed(.certificateVerified)
                    }
                    try channel.pipeline.syncOperations.addHandlers([tls, HandshakeObserver(promise, shown)])
                }
            }
            .connect(host: self.address, port: self.port)
    }
}

/// The certificates that came, from the moment at which they are offered for verification.
private final class ShownCertificates: Sendable {
    private let kept = Mutex<[[UInt8]]>([])

    func keep(_ chain: [NIOSSLCertificate]) {
        // One that cannot be written cannot be read either; what is left is judged.
        let bytes = chain.compactMap { try? $0.toDERBytes() }
        self.kept.withLock { $0 = bytes }
    }

    var der: [[UInt8]] { self.kept.withLock { $0 } }
}

/// Reports the end of the handshake.
private final class HandshakeObserver: ChannelInboundHandler {
    typealias InboundIn = NIOAny

    private let promise: EventLoopPromise<HandshakeAttempt.Handshake>
    private let shown: ShownCertificates

    init(_ promise: EventLoopPromise<HandshakeAttempt.Handshake>, _ shown: ShownCertificates) {
        self.promise = promise
        self.shown = shown
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard case TLSUserEvent.handshakeCompleted(let negotiated) = event else { return }
        do {
            let version = try context.pipeline.syncOperations.nioSSL_tlsVersion()
            self.promise.succeed(
                .init(
                    version: version.map(Self.name) ?? "unknown",
                    applicationProtocol: negotiated.flatMap { $0.isEmpty ? nil : $0 }, chain: self.shown.der))
        } catch {
            self.promise.fail(error)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        self.promise.fail(error)
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.promise.fail(ChannelError.eof)
    }

    private static func name(_ version: TLSVersion) -> String {
        switch version {
        case .tlsv1: "TLSv1"
        case .tlsv11: "TLSv1.1"
        case .tlsv12: "TLSv1.2"
        case .tlsv13: "TLSv1.3"
        }
    }
}
