import NIOCore
import NIOHTTP1

/// Sees to what HTTP/1 wants of a connection and nothing further in knows: how answers are framed, who closes when, and
/// which wish for another protocol is worth a look.
///
/// Stands right behind decoder and guard. What it adds to answers: `Transfer-Encoding: chunked` where no length is known
/// (RFC 9112, section 6.3), never for HEAD, 204 and 304 and never to HTTP/1.0, which gets the end of the connection
/// instead.
final class HTTP1Framing: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    private struct Owed {
        let isHead: Bool
        let isOld: Bool
        var closes: Bool
    }

    private var owed = CircularBuffer<Owed>()
    private var isFirst = true

    // MARK: Requests

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard case .head(var head) = self.unwrapInboundIn(data) else { return context.fireChannelRead(data) }
        let isOld = head.version == .http1_0 || head.version == .http0_9
        self.owed.append(Owed(isHead: head.method == .HEAD, isOld: isOld, closes: !head.isKeepAlive))
        if head.headers.contains(name: "Upgrade"), !Self.wantsWebSocket(head) || !self.isFirst {
            head.headers.remove(name: "Upgrade")
        }
        self.isFirst = false
        context.fireChannelRead(self.wrapInboundOut(.head(head)))
    }

    /// NIO's handler loses a request with a wish that nobody grants, so it sees only those that somebody looks into: a GET
    /// without a body that wishes for nothing but WebSocket (RFC 6455, section 4.1).
    private static func wantsWebSocket(_ head: HTTPRequestHead) -> Bool {
        let wishes = head.headers[canonicalForm: "Upgrade"]
        let connection = head.headers[canonicalForm: "Connection"]
        return head.method == .GET && head.version == .http1_1 && wishes.count == 1
            && wishes[0].lowercased() == "websocket" && connection.contains { $0.lowercased() == "upgrade" }
            && !head.headers.contains(name: "Transfer-Encoding")
            && head.headers["Content-Length"].allSatisfy { $0 == "0" }
    }

    /// Who has closed his side while he waits for an answer has gone: as servers that only notice on writing would find,
    /// but before an upstream has worked for nobody.
    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case ChannelEvent.inputClosed = event, !self.owed.isEmpty { return context.close(promise: nil) }
        context.fireUserInboundEventTriggered(event)
    }

    // MARK: Answers

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch self.unwrapOutboundIn(data) {
        case .head(let head) where head.status.code < 200:
            // HTTP/1.0 knows none (RFC 9110, section 15.2).
            guard self.owed.first?.isOld != true else { return promise.succeed() }
            context.write(data, promise: promise)
        case .head(var head):
            self.frame(&head)
            context.write(self.wrapOutboundOut(.head(head)), promise: promise)
        case .body: context.write(data, promise: promise)
        case .end: self.end(context, data, promise)
        }
    }

    private func frame(_ head: inout HTTPResponseHead) {
        guard let request = self.owed.first else { return }
        head.headers.remove(name: "Transfer-Encoding")
        let mayHaveBody = !request.isHead && head.status != .noContent && head.status != .notModified
        if mayHaveBody, !head.headers.contains(name: "Content-Length") {
            if request.isOld {
                self.owed[self.owed.startIndex].closes = true
            } else {
                head.headers.add(name: "Transfer-Encoding", value: "chunked")
            }
        }
        if head.headers[canonicalForm: "Connection"].contains(where: { $0.lowercased() == "close" }) {
            self.owed[self.owed.startIndex].closes = true
        }
        if self.owed[self.owed.startIndex].closes { head.headers.replaceOrAdd(name: "Connection", value: "close") }
    }

    private func end(_ context: ChannelHandlerContext, _ data: NIOAny, _ promise: EventLoopPromise<Void>?) {
        let closes = self.owed.popFirst()?.closes ?? true
        guard closes else { return context.write(data, promise: promise) }
        let written = promise ?? context.eventLoop.makePromise(of: Void.self)
        let channel = context.channel
        written.futureResult.whenComplete { _ in channel.close(mode: .output, promise: nil) }
        context.write(data, promise: written)
    }
}

extension Optional where Wrapped == EventLoopPromise<Void> {
    fileprivate func succeed() { self?.succeed(()) }
}
