import Certificates
import Foundation
import LocalServers
import NIOCore
import NIOPosix
import NIOSSL
import TLS
import Testing

@Suite(.timeLimit(.minutes(2))) struct ProbeTests {
    /// A server with any certificate, be it good or not, which nothing of ours would serve.
    private static func serving<Value: Sendable>(
        _ bundle: CertificateBundle, _ body: @Sendable (Int) async throws -> Value
    ) async throws -> Value {
        let chain = try NIOSSLCertificate.fromPEMBytes(Array(bundle.chainPEM.utf8))
        let context = try NIOSSLContext(
            configuration: .makeServerConfiguration(
                certificateChain: chain.map { .certificate($0) },
                privateKey: .privateKey(try NIOSSLPrivateKey(bytes: Array(bundle.keyPEM.utf8), format: .pem))))
        return try await Self.listening { channel in
            channel.eventLoop.makeCompletedFuture {
                try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: context))
            }
        } body: {
            try await body($0)
        }
    }

    private static func listening<Value: Sendable>(
        _ setUp: @escaping @Sendable (any Channel) -> EventLoopFuture<Void>,
        body: @Sendable (Int) async throws -> Value
    ) async throws -> Value {
        let server = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .childChannelInitializer(setUp)
            .bind(host: "127.0.0.1", port: 0).get()
        let value: Value
        do {
            value = try await body(server.localAddress?.port ?? 0)
        } catch {
            try await server.close()
            throw error
        }
        try await server.close()
        return value
    }

    private static func failure(
        _ probe: HandshakeProbe, _ port: Int, host: String = "acme.saas.test", within deadline: Duration = .seconds(20)
    ) async -> ProbeError? {
        do {
            _ = try await probe.run(for: host, at: "127.0.0.1", port: port, within: deadline)
            return nil
        } catch {
            return error as? ProbeError
        }
    }

    @Test func aGoodCertificateIsProved() async throws {
        let authority = try Authority()
        let live = try authority.live()
        let probe = HandshakeProbe(trusting: try TrustRoots(pem: authority.pem))
        try await SecureServer.use(live) { server in
            for host in ["acme.saas.test", "saas.test", "ACME.saas.test"] {
                let evidence = try await probe.run(for: host, at: "127.0.0.1", port: server.port)
                #expect(evidence.version == "TLSv1.3")
                #expect(evidence.applicationProtocol == "h2")
                #expect(evidence.serial == live.bundle.serial)
                #expect(evidence.names == live.bundle.names)
                #expect(evidence.issuer == authority.authority.name)
                #expect(evidence.notBefore == live.bundle.notBefore && evidence.notAfter == live.bundle.notAfter)
                #expect(evidence.chainLength == 1)
                #expect(evidence.isCovered && evidence.isTrusted)
                let data = try JSONEncoder().encode(evidence)
                #expect(try JSONDecoder().decode(HandshakeEvidence.self, from: data) == evidence)
            }
        }
    }

    @Test func whatIsWrongIsNamed() async throws {
        let authority = try Authority()
        let probe = HandshakeProbe(trusting: try TrustRoots(pem: authority.pem))
        let cases: [(CertificateBundle, ProbeError.Code)] = [
            (try authority.expired(), .expired), (try authority.future(), .notYetValid),
            (try Authority.foreign(), .nameMismatch), (try Authority().good(), .untrusted),
        ]
        for (bundle, code) in cases {
            let failure = try await Self.serving(bundle) { await Self.failure(probe, $0) }
            #expect(failure?.code == code)
            #expect(failure?.evidence?.serial == bundle.serial)
            #expect(failure?.evidence?.isCovered == (code != .nameMismatch))
        }
        // A second label is not covered by the wildcard.
        let deep = try await Self.serving(try authority.good()) {
            await Self.failure(probe, $0, host: "a.b.saas.test")
        }
        #expect(deep?.code == .nameMismatch)
    }

    @Test func aStrangeIssuerIsAcceptedOnRequestButNothingElse() async throws {
        let (authority, stranger) = (try Authority(), try Authority())
        let probe = HandshakeProbe(trusting: try TrustRoots(pem: authority.pem), acceptsAnyIssuer: true)
        let evidence = try await Self.serving(try stranger.good()) {
            try await probe.run(for: "acme.saas.test", at: "127.0.0.1", port: $0)
        }
        #expect(evidence.isCovered && !evidence.isTrusted)
        for (bundle, code) in [
            (try stranger.expired(), ProbeError.Code.expired), (try Authority.foreign(), .nameMismatch),
        ] {
            #expect(try await Self.serving(bundle) { await Self.failure(probe, $0) }?.code == code)
        }
        // Not even the system's authorities know ours.
        let system = try await Self.serving(try authority.good()) { await Self.failure(HandshakeProbe(), $0) }
        #expect(system?.code == .untrusted)
    }

    @Test func aServerThatHangsIsGivenUpAtTheDeadline() async throws {
        let clock = ContinuousClock()
        let start = clock.now
        let failure = try await Self.listening {
            $0.eventLoop.makeSucceededVoidFuture()
        } body: {
            await Self.failure(HandshakeProbe(), $0, within: .milliseconds(300))
        }
        #expect(failure?.code == .timeout)
        #expect(failure?.evidence == nil)
        #expect(clock.now - start < .seconds(10))
    }

    @Test func aProbeIsCancelled() async throws {
        try await Self.listening {
            $0.eventLoop.makeSucceededVoidFuture()
        } body: { port in
            await withTaskGroup(of: Bool.self) { tasks in
                tasks.addTask {
                    do {
                        _ = try await HandshakeProbe().run(
                            for: "acme.saas.test", at: "127.0.0.1", port: port, within: .seconds(600))
                        return false
                    } catch {
                        return error is CancellationError
                    }
                }
                tasks.cancelAll()
                for await isCancelled in tasks { #expect(isCancelled) }
            }
        }
    }

    @Test func whatSpeaksNoTLSIsNamed() async throws {
        let closing = try await Self.listening {
            $0.close()
        } body: {
            await Self.failure(HandshakeProbe(), $0)
        }
        #expect(closing?.code == .handshakeFailed)
        let talking = try await Self.listening {
            $0.pipeline.addHandler(Greeter())
        } body: {
            await Self.failure(HandshakeProbe(), $0)
        }
        #expect(talking?.code == .handshakeFailed)
        let refused = await Self.failure(HandshakeProbe(), try FreePort.reserve())
        #expect(refused?.code == .refused)
        #expect(refused?.description.hasPrefix("nobody listens at 127.0.0.1:") == true)
    }
}

/// Speaks first, and no TLS.
private final class Greeter: ChannelInboundHandler, Sendable {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    func channelActive(context: ChannelHandlerContext) {
        context.writeAndFlush(self.wrapOutboundOut(ByteBuffer(string: "220 mail.saas.test ESMTP\r\n")), promise: nil)
    }
}
