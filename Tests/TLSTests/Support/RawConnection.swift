import Foundation
import NIOCore
import NIOPosix
import NIOSSL

/// A connection on which a test says exactly what it likes, with TLS or without.
struct RawConnection: Sendable {
    private typealias Bytes = NIOAsyncChannel<ByteBuffer, ByteBuffer>

    private let inbound: AsyncThrowingStream<ByteBuffer, any Error>
    private let outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>

    /// Lends a connection to 127.0.0.1; it is closed afterwards.
    static func use<Value: Sendable>(
        port: Int, tls: NIOSSLContext? = nil, host: String = "acme.saas.test",
        _ body: @escaping @Sendable (RawConnection) async throws -> Value
    ) async throws -> Value {
        let connection = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let tls {
                        try channel.pipeline.syncOperations.addHandler(
                            NIOSSLClientHandler(context: tls, serverHostname: host))
                    }
                    return try Bytes(wrappingChannelSynchronously: channel)
                }
            }
        return try await connection.executeThenClose { inbound, outbound in
            let (stream, words) = AsyncThrowingStream.makeStream(of: ByteBuffer.self)
            return try await withThrowingTaskGroup(of: Void.self) { tasks in
                tasks.addTask {
                    do {
                        for try await bytes in inbound { words.yield(bytes) }
                        words.finish()
                    } catch {
                        words.finish(throwing: error)
                    }
                }
                defer { tasks.cancelAll() }
                return try await body(RawConnection(inbound: stream, outbound: outbound))
            }
        }
    }

    func send(_ text: String) async throws { try await self.outbound.write(ByteBuffer(string: text)) }

    /// What comes next; nil at the end of the connection.
    func next() async throws -> ByteBuffer? {
        for try await bytes in self.inbound { return bytes }
        return nil
    }

    /// Everything up to the end of the connection, or until what has come satisfies.
    func read(until isEnough: (String) -> Bool = { _ in false }) async throws -> String {
        var text = ""
        while !isEnough(text), let bytes = try await self.next() { text += String(buffer: bytes) }
        return text
    }

    /// Everything until the other side closes, in whatever way.
    func readUntilClosed() async throws -> [UInt8] {
        var heard: [UInt8] = []
        do {
            while let bytes = try await self.next() { heard += bytes.readableBytesView }
        } catch NIOSSLError.uncleanShutdown {
            // Closed without a word is closed.
        }
        return heard
    }

    /// What a client that trusts one authority handshakes with.
    static func client(trusting authority: String, protocols: [String] = []) throws -> NIOSSLContext {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.trustRoots = .certificates(try NIOSSLCertificate.fromPEMBytes(Array(authority.utf8)))
        configuration.applicationProtocols = protocols
        return try NIOSSLContext(configuration: configuration)
    }
}
