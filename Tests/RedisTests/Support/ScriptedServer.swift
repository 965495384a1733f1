import NIOCore
import NIOPosix

/// A server that says what no Redis would: it answers each read with given bytes.
final class ScriptedServer: Sendable {
    let port: Int
    private let channel: any Channel

    private init(_ channel: any Channel) throws {
        self.channel = channel
        guard let port = channel.localAddress?.port else { throw Failure("no port") }
        self.port = port
    }

    /// Lends a server.
    ///
    /// - Parameters:
    ///   - answer: what it says for what arrived; nil ends the connection after what was said.
    static func use<Value>(
        _ answer: @escaping @Sendable (String) -> (text: String, closes: Bool),
        _ body: (ScriptedServer) async throws -> Value
    ) async throws -> Value {
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Answerer(answer))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let value: Value
        do {
            value = try await body(try ScriptedServer(channel))
        } catch {
            try await channel.close()
            throw error
        }
        try await channel.close()
        return value
    }

    var url: String { "redis://127.0.0.1:\(self.port)" }
}

private final class Answerer: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let answer: @Sendable (String) -> (text: String, closes: Bool)

    init(_ answer: @escaping @Sendable (String) -> (text: String, closes: Bool)) { self.answer = answer }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let (text, closes) = self.answer(String(buffer: self.unwrapInboundIn(data)))
        context.writeAndFlush(self.wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
        if closes { context.close(promise: nil) }
    }
}
