import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix

/// An HTTP server of a test's own that can also give no answer at all.
struct TestHTTPServer {
    /// What is asked.
    struct Request: Sendable {
        let method: HTTPMethod
        /// Path and query, as they were sent.
        let target: String
        let headers: HTTPHeaders
        let body: Data
    }

    /// What is done about it.
    enum Reply: Sendable {
        case answer(status: Int, headers: [String: String] = [:], body: Data = Data())
        /// The connection is closed.
        case nothing
        /// The head of an answer, and of its body a byte each `pause`; nil is none at all.
        case dripping(pause: Duration?)
    }

    private typealias Connection = NIOAsyncChannel<HTTPServerRequestPart, HTTPServerResponsePart>

    /// Lends the address of a server whose requests are answered by `handler`, each as a task that ends with it.
    static func use<Value: Sendable>(
        handler: @escaping @Sendable (Request) async -> Reply, _ body: @Sendable (URL) async throws -> Value
    ) async throws -> Value {
        let server = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .bind(host: "127.0.0.1", port: 0) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline(withPipeliningAssistance: false)
                    return try Connection(wrappingChannelSynchronously: channel)
                }
            }
        guard let port = server.channel.localAddress?.port, let url = URL(string: "http://127.0.0.1:\(port)") else {
            throw ChannelError.unknownLocalAddress
        }
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await Self.accept(server, handler) }
            // Not by cancelling: a connection that nobody came for any more would trap.
            defer { server.channel.close(promise: nil) }
            return try await body(url)
        }
    }

    private static func accept(
        _ server: NIOAsyncChannel<Connection, Never>, _ handler: @escaping @Sendable (Request) async -> Reply
    ) async throws {
        try await server.executeThenClose { connections in
            await withDiscardingTaskGroup { group in
                do {
                    for try await connection in connections {
                        group.addTask { await Self.serve(connection, handler) }
                    }
                } catch {
                    // The end of the test, or of the listener.
                }
                group.cancelAll()
            }
        }
    }

    private static func serve(_ connection: Connection, _ handler: @Sendable (Request) async -> Reply) async {
        do {
            try await connection.executeThenClose { parts, writer in
                var head: HTTPRequestHead?
                var body = Data()
                for try await part in parts {
                    switch part {
                    case .head(let next): (head, body) = (next, Data())
                    case .body(let bytes): body.append(contentsOf: bytes.readableBytesView)
                    case .end:
                        guard let head else { return }
                        let request = Request(method: head.method, target: head.uri, headers: head.headers, body: body)
                        switch await handler(request) {
                        case .nothing: return
                        case .dripping(let pause): try await Self.drip(each: pause, to: writer)
                        case .answer(let status, let headers, let content):
                            try await Self.write(status, headers, content, to: writer)
                        }
                    }
                }
            }
        } catch {
            // The client is gone; it is the one that is tested.
        }
    }

    /// Until the client or the test ends.
    private static func drip(
        each pause: Duration?, to writer: NIOAsyncChannelOutboundWriter<HTTPServerResponsePart>
    ) async throws {
        let head = HTTPResponseHead(version: .http1_1, status: .ok, headers: ["content-length": "1000000"])
        try await writer.write(.head(head))
        while true {
            // Being slow is what it is for.
            try await Task.sleep(for: pause ?? .seconds(3600))
            try await writer.write(.body(.byteBuffer(ByteBuffer(string: "x"))))
        }
    }

    private static func write(
        _ status: Int, _ fields: [String: String], _ body: Data,
        to writer: NIOAsyncChannelOutboundWriter<HTTPServerResponsePart>
    ) async throws {
        var headers = HTTPHeaders(fields.map { ($0.key, $0.value) })
        if status != 204 { headers.replaceOrAdd(name: "content-length", value: "\(body.count)") }
        let head = HTTPResponseHead(version: .http1_1, status: .init(statusCode: status), headers: headers)
        try await writer.write(.head(head))
        if !body.isEmpty { try await writer.write(.body(.byteBuffer(ByteBuffer(bytes: body)))) }
        try await writer.write(.end(nil))
    }
}
