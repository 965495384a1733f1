import Foundation
import NIOCore
import NIOHTTP1
import NIOSSL
import Synchronization
import TLS
import Testing

@Suite(.timeLimit(.minutes(2))) struct ListenerTests {
    @Test func bothVersionsOfHTTPAreSpoken() async throws {
        let authority = try Authority()
        try await SecureServer.use(try authority.live()) { server in
            for (option, status) in [("--http2", "HTTP/2 200"), ("--http1.1", "HTTP/1.1 200 OK")] {
                for version in ["1.2", "1.3"] {
                    let answer = try await Curl.get(
                        "/peer", port: server.port, trusting: authority.pem, option, "--tlsv1.2", "--tls-max", version)
                    #expect(answer.status == status, "\(answer)")
                    // The address of the client is known to requests, on a stream of HTTP/2 too.
                    #expect(answer.body == "127.0.0.1")
                }
            }
            let bare = try await Curl.get(host: "saas.test", port: server.port, trusting: authority.pem)
            #expect(bare.body == "hello\n")
            let plain = try await Curl.get(port: server.port, trusting: authority.pem, "--no-alpn", "--http1.1")
            #expect(plain.status == "HTTP/1.1 200 OK")
        }
    }

    @Test func oldVersionsOfTLSAreRefused() async throws {
        let authority = try Authority()
        try await SecureServer.use(try authority.live()) { server in
            for version in ["1.0", "1.1"] {
                let answer = try await Curl.get(
                    port: server.port, trusting: authority.pem, "--tlsv1.0", "--tls-max", version, "--ciphers",
                    "DEFAULT@SECLEVEL=0")
                #expect(answer.code == 35)
                // The server's word, not curl's own caution.
                #expect(answer.errors.contains("alert protocol version"), "\(answer.errors)")
            }
        }
    }

    @Test func curlTrustsOnlyTheRightAuthorityAndHost() async throws {
        let authority = try Authority()
        try await SecureServer.use(try authority.live()) { server in
            let stranger = try await Curl.get(port: server.port, trusting: try Authority().pem)
            #expect(stranger.code == 60)
            let other = try await Curl.get(host: "acme.other.test", port: server.port, trusting: authority.pem)
            #expect(other.code == 60)
        }
    }

    @Test func whoSaysNothingIsDisconnected() async throws {
        let authority = try Authority()
        let configuration = TLSListenerConfiguration(
            idleTimeout: .milliseconds(300), handshakeTimeout: .milliseconds(300), farewellTimeout: .milliseconds(300))
        try await SecureServer.use(try authority.live(), configuration: configuration) { server in
            for words in ["", "\u{16}\u{3}\u{1}"] {
                try await RawConnection.use(port: server.port) { connection in
                    if !words.isEmpty { try await connection.send(words) }
                    #expect(try await connection.read() == "")
                }
            }
            // After the handshake; the HTTP/2 client does not even acknowledge that it should leave.
            for name in ["http/1.1", "h2"] {
                let client = try RawConnection.client(trusting: authority.pem, protocols: [name])
                try await RawConnection.use(port: server.port, tls: client) { connection in
                    if name == "h2" { try await connection.send(Self.preface) }
                    let heard = try await connection.readUntilClosed()
                    #expect(heard.isEmpty == (name == "http/1.1"))
                }
            }
            // A request within the time is served.
            #expect(try await Curl.get(port: server.port, trusting: authority.pem).body == "hello\n")
        }
    }

    @Test func handlersAreForHTTP1Only() async throws {
        let authority = try Authority()
        let made = Counter()
        let configuration = TLSListenerConfiguration(additionalChannelHandlers: [DecoderSeeker(made)])
        try await SecureServer.use(try authority.live(), configuration: configuration) { server in
            for option in ["--http2", "--http1.1", "--http2", "--http1.1"] {
                let answer = try await Curl.get(port: server.port, trusting: authority.pem, option)
                #expect(answer.body == "hello\n")
            }
        }
        #expect(made.value == 2)
    }

    @Test(arguments: ["--http2", "--http1.1"]) func requestsUnderWayAreFinishedAtShutdown(option: String) async throws {
        let authority = try Authority()
        let (answers, live) = (Answers(), try authority.live())
        try await SecureServer.use(.secure(live), answers) { server in
            async let answer = Curl.get("/stream", port: server.port, trusting: authority.pem, option)
            await answers.gate.waitForArrival()
            await server.shutDown()
            // Nobody new is let in.
            try await eventually { try await Curl.get(port: server.port, trusting: authority.pem).code == 7 }
            await answers.gate.open()
            let text = try await answer
            #expect(text.code == 0, "\(text)")
            #expect(text.body == "first\nlast\n")
        }
    }

    @Test func anHTTP2ClientIsToldToLeaveAndMadeTo() async throws {
        let authority = try Authority()
        let configuration = TLSListenerConfiguration(farewellTimeout: .milliseconds(300))
        try await SecureServer.use(try authority.live(), configuration: configuration) { server in
            let client = try RawConnection.client(trusting: authority.pem, protocols: ["h2"])
            try await RawConnection.use(port: server.port, tls: client) { connection in
                try await connection.send(Self.preface)
                // The server's settings.
                _ = try await connection.next()
                await server.shutDown()
                let heard = try await connection.readUntilClosed()
                // GOAWAY for the highest stream, without an error (RFC 9113, section 6.8).
                let farewell: [UInt8] = [0, 0, 8, 7, 0, 0, 0, 0, 0, 0x7f, 0xff, 0xff, 0xff, 0, 0, 0, 0]
                #expect(heard.firstRange(of: farewell) != nil, "\(heard)")
            }
        }
    }

    @Test func aHandshakeUnderWayDoesNotDelayShutdown() async throws {
        let authority = try Authority()
        let clock = ContinuousClock()
        let start = clock.now
        try await SecureServer.use(try authority.live()) { server in
            try await RawConnection.use(port: server.port) { connection in
                try await connection.send("\u{16}\u{3}\u{1}")
                // Whoever gets an answer has come after the connection above.
                _ = try await Curl.get(port: server.port, trusting: authority.pem)
                await server.shutDown()
                #expect(try await connection.read() == "")
            }
        }
        #expect(clock.now - start < .seconds(9))
    }

    /// The start of an HTTP/2 connection, with empty settings.
    private static let preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\u{4}\0\0\0\0\0"
}

/// Counts.
final class Counter: Sendable {
    private let count = Mutex(0)

    var value: Int { self.count.withLock { $0 } }
    func increment() { self.count.withLock { $0 += 1 } }
}

/// Closes the connection if it is not behind an HTTP/1 decoder.
private final class DecoderSeeker: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = NIOAny

    private let made: Counter

    init(_ made: Counter) {
        self.made = made
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.made.increment()
        do {
            _ = try context.pipeline.syncOperations.handler(type: ByteToMessageHandler<HTTPRequestDecoder>.self)
        } catch {
            context.close(promise: nil)
        }
    }
}

/// Waits for a condition, for 20 seconds at most.
func eventually(_ condition: () async throws -> Bool) async throws {
    let end = ContinuousClock.now + .seconds(20)
    while try await !condition() {
        guard ContinuousClock.now < end else {
            Issue.record("waited in vain")
            return
        }
        // The interval at which the condition is looked at.
        try await Task.sleep(for: .milliseconds(20))
    }
}
