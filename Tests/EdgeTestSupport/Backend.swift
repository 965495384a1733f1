import NIOCore
import NIOPosix
package import NIOSSL
package import Synchronization

/// A server behind the edge that says exactly what a test wants: one script for each connection.
package struct Backend: Sendable {
    package typealias Script = @Sendable (Wire) async throws -> Void

    package let port: Int
    private let log: Log

    package final class Log: Sendable {
        package let connections = Atomic<Int>(0)
        package let heads = Mutex<[Head]>([])
    }

    /// How many connections there have been.
    package var connections: Int { self.log.connections.load(ordering: .relaxed) }
    /// The heads of the requests that came, as far as scripts keep them.
    package var heads: [Head] { self.log.heads.withLock { $0 } }

    /// Lends a server; it and all its connections are gone afterwards.
    package static func use<Value: Sendable>(
        port: Int = 0, tls: NIOSSLContext? = nil, _ script: @escaping @Sendable (Wire, Log) async throws -> Void,
        _ body: (Backend) async throws -> Value
    ) async throws -> Value {
        let server = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .bind(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let tls { try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls)) }
                    return try NIOAsyncChannel<ByteBuffer, ByteBuffer>(
                        wrappingChannelSynchronously: channel,
                        configuration: .init(backPressureStrategy: .init(lowWatermark: 1, highWatermark: 2)))
                }
            }
        let log = Log()
        let backend = Backend(port: server.channel.localAddress?.port ?? 0, log: log)
        return try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await Self.serve(server, log, script) }
            let value = try await body(backend)
            tasks.cancelAll()
            return value
        }
    }

    private static func serve(
        _ server: NIOAsyncChannel<NIOAsyncChannel<ByteBuffer, ByteBuffer>, Never>, _ log: Log,
        _ script: @escaping @Sendable (Wire, Log) async throws -> Void
    ) async throws {
        try await withThrowingDiscardingTaskGroup { connections in
            try await server.executeThenClose { inbound in
                for try await connection in inbound {
                    log.connections.wrappingAdd(1, ordering: .relaxed)
                    connections.addTask {
                        // Scripts end in all sorts of ways; what counts is what the edge makes of it.
                        do {
                            try await connection.executeThenClose { inbound, outbound in
                                try await script(Wire(inbound, outbound, connection.channel), log)
                            }
                        } catch {}
                    }
                }
            }
        }
    }

    /// Keeps every request's head and answers it with its body.
    package static let echo: @Sendable (Wire, Log) async throws -> Void = { wire, log in
        while let head = try await wire.head() {
            log.heads.withLock { $0.append(head) }
            let body = try await wire.body(of: head)
            let sent = head.first.hasPrefix("HEAD ") ? "" : body
            try await wire.send("HTTP/1.1 200 OK\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(sent)")
        }
    }

    /// Gives every request the same answer.
    package static func answers(_ text: String) -> @Sendable (Wire, Log) async throws -> Void {
        { wire, log in
            while let head = try await wire.head() {
                log.heads.withLock { $0.append(head) }
                _ = try await wire.body(of: head)
                try await wire.send(text)
            }
        }
    }

    /// Listens to one request and then does something else.
    package static func then(_ script: @escaping Script) -> @Sendable (Wire, Log) async throws -> Void {
        { wire, log in
            while let head = try await wire.head() {
                log.heads.withLock { $0.append(head) }
                try await script(wire)
            }
        }
    }
}
