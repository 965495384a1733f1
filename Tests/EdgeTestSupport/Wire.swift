package import NIOCore
import NIOPosix
package import NIOSSL

/// A connection on which a test says exactly what it likes, and reads no more than it asks for.
package final class Wire {
    private var iterator: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
    private let outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
    private var heard = ByteBuffer()
    package let channel: any Channel

    init(
        _ inbound: NIOAsyncChannelInboundStream<ByteBuffer>, _ outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>,
        _ channel: any Channel
    ) {
        self.iterator = inbound.makeAsyncIterator()
        self.outbound = outbound
        self.channel = channel
    }

    /// Lends a connection to 127.0.0.1; it is closed afterwards.
    package static func open<Value: Sendable>(
        _ port: Int, tls: NIOSSLContext? = nil, host: String = "acme.saas.test",
        _ body: (Wire) async throws -> Value
    ) async throws -> Value {
        let connection = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let tls {
                        try channel.pipeline.syncOperations.addHandler(
                            NIOSSLClientHandler(context: tls, serverHostname: host))
                    }
                    return try NIOAsyncChannel<ByteBuffer, ByteBuffer>(
                        wrappingChannelSynchronously: channel,
                        configuration: .init(
                            backPressureStrategy: .init(lowWatermark: 1, highWatermark: 2),
                            isOutboundHalfClosureEnabled: true))
                }
            }
        return try await connection.executeThenClose { inbound, outbound in
            try await body(Wire(inbound, outbound, connection.channel))
        }
    }

    // MARK: Saying

    package func send(_ text: String) async throws { try await self.outbound.write(ByteBuffer(string: text)) }
    package func send(_ buffer: ByteBuffer) async throws { try await self.outbound.write(buffer) }
    /// Says something, and returns when it has left.
    package func push(_ buffer: ByteBuffer) async throws { try await self.channel.writeAndFlush(buffer) }
    /// For another task, which says bytes of no meaning while this one listens.
    package var babbler: Babbler { Babbler(channel: self.channel) }
    /// Says no more, and goes on listening.
    package func finish() { self.outbound.finish() }
    /// Hangs up without a word.
    package func reset() async throws {
        try await (self.channel as? any SocketOptionProvider)?.setSoLinger(linger(l_onoff: 1, l_linger: 0)).get()
        try await self.channel.close()
    }

    // MARK: Listening

    /// Whether more came.
    private func more() async throws -> Bool {
        guard let buffer = try await self.iterator.next(isolation: #isolation) else { return false }
        self.heard.writeImmutableBuffer(buffer)
        return true
    }

    /// What comes next in one piece; nil at the end.
    package func piece() async throws -> ByteBuffer? {
        if self.heard.readableBytes > 0 {
            defer { self.heard = ByteBuffer() }
            return self.heard
        }
        return try await self.iterator.next(isolation: #isolation)
    }

    /// How much comes next; nil at the end.
    package func pieceLength() async throws -> Int? { try await self.piece()?.readableBytes }

    /// A line without its end.
    package func line() async throws -> String? {
        while true {
            if let end = self.heard.readableBytesView.firstIndex(of: 0x0A) {
                let length = end - self.heard.readableBytesView.startIndex
                var line = self.heard.readString(length: length) ?? ""
                self.heard.moveReaderIndex(forwardBy: 1)
                if line.utf8.last == 0x0D { line = String(decoding: Array(line.utf8).dropLast(), as: UTF8.self) }
                return line
            }
            guard try await self.more() else { return nil }
        }
    }

    package func bytes(_ count: Int) async throws -> String {
        while self.heard.readableBytes < count {
            guard try await self.more() else { throw Cut() }
        }
        return self.heard.readString(length: count) ?? ""
    }

    /// Everything until the other side closes, in whatever way.
    package func rest() async throws -> String {
        do { while try await self.more() {} } catch is IOError {} catch NIOSSLError.uncleanShutdown {}
        defer { self.heard = ByteBuffer() }
        return String(buffer: self.heard)
    }

    package struct Cut: Error {}

    // MARK: HTTP

    /// The head of a message: its first line and its fields; nil at the end of the connection.
    package func head() async throws -> Head? {
        guard let first = try await self.line() else { return nil }
        var head = Head(first: first)
        while true {
            guard let line = try await self.line() else { throw Cut() }
            guard !line.isEmpty else { return head }
            let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            head.fields.append((String(parts[0]), parts.count == 2 ? parts[1].drop { $0 == " " }.description : ""))
        }
    }

    /// The body that follows `head`, as the fields frame it.
    package func body(of head: Head, toHead: Bool = false) async throws -> String {
        if toHead || ["204", "304"].contains(head.status.description) { return "" }
        if head["transfer-encoding"] == "chunked" { return try await self.chunks() }
        if let length = head["content-length"].flatMap({ Int($0) }) { return try await self.bytes(length) }
        return head.isAnswer ? try await self.rest() : ""
    }

    private func chunks() async throws -> String {
        var body = ""
        while true {
            guard let line = try await self.line(), let size = Int(line, radix: 16) else { throw Cut() }
            guard size > 0 else { break }
            body += try await self.bytes(size)
            _ = try await self.line()
        }
        self.trailers = []
        while let line = try await self.line(), !line.isEmpty { self.trailers.append(line) }
        return body
    }

    /// The trailers of the last body in chunks.
    package private(set) var trailers: [String] = []

    /// An answer, interim ones aside.
    package func answer(toHead: Bool = false) async throws -> Answer {
        var interim: [Head] = []
        while true {
            guard let head = try await self.head() else { throw Cut() }
            guard head.status >= 200 || head.status == 101 else {
                interim.append(head)
                continue
            }
            let body = head.status == 101 ? "" : try await self.body(of: head, toHead: toHead)
            return Answer(head: head, interim: interim, body: body, trailers: self.trailers)
        }
    }

    /// Sends one request and waits for its answer.
    package func ask(_ text: String, toHead: Bool = false) async throws -> Answer {
        try await self.send(text)
        return try await self.answer(toHead: toHead)
    }
}

/// The head of a message of HTTP/1.
package struct Head: Sendable {
    package let first: String
    package var fields: [(name: String, value: String)] = []

    package init(first: String) { self.first = first }

    package var isAnswer: Bool { self.first.hasPrefix("HTTP/") }
    package var status: Int { self.first.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0 }
    package subscript(_ name: String) -> String? { self.values(name).first }
    package func values(_ name: String) -> [String] { self.fields.filter { $0.name.lowercased() == name }.map(\.value) }
}

/// An answer as it came.
package struct Answer: Sendable {
    package let head: Head
    package let interim: [Head]
    package let body: String
    package let trailers: [String]

    package var status: Int { self.head.status }
    package subscript(_ name: String) -> String? { self.head[name] }
}

/// Says bytes of no meaning on a connection; returns when they have left.
package struct Babbler: Sendable {
    fileprivate let channel: any Channel

    package func push(bytes count: Int) async throws {
        try await self.channel.writeAndFlush(ByteBuffer(repeating: 0x78, count: count))
    }
}
