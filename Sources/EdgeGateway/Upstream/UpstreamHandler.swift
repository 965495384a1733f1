import HTTPTypes
import NIOCore
import NIOHTTP1
import NIOHTTPTypesHTTP1

/// What an upstream says, part by part.
enum UpstreamPart: Sendable {
    /// 1xx; the answer is still to come.
    case informational(HTTPResponse)
    /// The answer begins.
    case head(HTTPResponse)
    /// Some of its body.
    case body(ByteBuffer)
    /// It is whole.
    case end(HTTPFields?)
}

/// The end of a connection to an upstream: gives its parts to whoever asks, and reads no more than is asked for.
///
/// The socket is read only when somebody waits for a part, so that a slow client slows the upstream down instead of
/// filling memory. Lives on the connection's event loop.
final class UpstreamHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart

    private var context: ChannelHandlerContext?
    private var parts = CircularBuffer<UpstreamPart>()
    private var waiting: EventLoopPromise<UpstreamPart>?
    private var failure: UpstreamTrouble?
    private var isReading = false
    private var isInUse: Bool
    private var hasHeard = false
    private var isRequestSent: Bool
    private var isAnswerWhole = false
    private var isKeptAlive = true
    private var lastProgress = NIODeadline.now()
    private var timer: Scheduled<Void>?
    private let eventLoop: any EventLoop
    private let clientIsSlow: @Sendable () -> Bool

    /// - Parameters:
    ///   - eventLoop: that of the connection.
    ///   - isRequestSent: whether a request is on its way already.
    ///   - clientIsSlow: whether the request's body is what everybody waits for.
    init(eventLoop: any EventLoop, isRequestSent: Bool = false, clientIsSlow: @escaping @Sendable () -> Bool) {
        self.eventLoop = eventLoop
        self.isInUse = isRequestSent
        self.isRequestSent = isRequestSent
        self.clientIsSlow = clientIsSlow
    }

    // MARK: Requests

    /// Sends the head of the next request; with `isWhole` all of it.
    func send(_ head: HTTPRequestHead, isWhole: Bool) -> EventLoopFuture<Void> {
        guard let context, self.failure == nil, context.channel.isActive, !self.isInUse else {
            return self.fail(with: .stale)
        }
        self.timer?.cancel()
        self.timer = nil
        self.isInUse = true
        self.hasHeard = false
        self.isAnswerWhole = false
        self.isKeptAlive = true
        self.isRequestSent = isWhole
        self.lastProgress = .now()
        guard isWhole else { return context.writeAndFlush(self.wrapOutboundOut(.head(head))) }
        context.write(self.wrapOutboundOut(.head(head)), promise: nil)
        return context.writeAndFlush(self.wrapOutboundOut(.end(nil)))
    }

    /// Sends some of the request's body; done when it has left.
    func send(_ buffer: ByteBuffer) -> EventLoopFuture<Void> {
        guard let context else { return self.fail(with: .stale) }
        let written = context.writeAndFlush(self.wrapOutboundOut(.body(.byteBuffer(buffer))))
        written.assumeIsolated().whenComplete { _ in self.lastProgress = .now() }
        return written
    }

    /// Ends the request.
    func sendEnd() -> EventLoopFuture<Void> {
        guard let context else { return self.fail(with: .stale) }
        self.isRequestSent = true
        self.lastProgress = .now()
        return context.writeAndFlush(self.wrapOutboundOut(.end(nil)))
    }

    // MARK: Answers

    /// The next part, as soon as it is there.
    ///
    /// - Parameter timeout: how long nothing at all may happen on the connection.
    func next(within timeout: TimeAmount, orElse trouble: UpstreamTrouble) -> EventLoopFuture<UpstreamPart> {
        // What came before the end of the connection came.
        if let part = self.parts.popFirst() { return self.eventLoop.makeSucceededFuture(part) }
        guard let context, self.failure == nil else { return self.fail(with: self.failure ?? .stale) }
        let promise = context.eventLoop.makePromise(of: UpstreamPart.self)
        self.waiting = promise
        self.lastProgress = .now()
        self.arm(timeout, trouble)
        self.read(context)
        return promise.futureResult
    }

    /// Whether another request may go out on the connection: both messages are whole, and nobody wants it closed.
    var isReusable: Bool {
        self.isRequestSent && self.isAnswerWhole && self.isKeptAlive && self.failure == nil && self.parts.isEmpty
    }

    /// Waits for the next request, and closes the connection if there is none for a while.
    func rest(for time: TimeAmount) {
        guard let context else { return }
        self.isInUse = false
        // Whoever does not read does not see that the other side has gone.
        self.read(context)
        self.timer = context.eventLoop.assumeIsolated().scheduleTask(in: time) { self.end(with: .stale) }
    }

    /// Whether anything of an answer to the request under way has come.
    func heard() { self.hasHeard = true }

    /// Gives up.
    func end(with trouble: UpstreamTrouble) {
        if self.failure == nil { self.failure = trouble }
        self.timer?.cancel()
        self.timer = nil
        let waiting = self.waiting
        self.waiting = nil
        waiting?.fail(self.failure ?? trouble)
        self.context?.close(promise: nil)
    }

    private func fail<Value: Sendable>(with trouble: UpstreamTrouble) -> EventLoopFuture<Value> {
        self.eventLoop.makeFailedFuture(trouble)
    }

    private func arm(_ timeout: TimeAmount, _ trouble: UpstreamTrouble) {
        guard let context else { return }
        self.timer = context.eventLoop.assumeIsolated().scheduleTask(deadline: self.lastProgress + timeout) {
            // Something may have been sent meanwhile.
            guard self.lastProgress + timeout <= .now() else { return self.arm(timeout, trouble) }
            self.end(with: self.clientIsSlow() ? .clientTimedOut : trouble)
        }
    }

    private func read(_ context: ChannelHandlerContext) {
        guard !self.isReading else { return }
        self.isReading = true
        context.read()
    }

    // MARK: Events

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    /// A handshake of TLS has to be read before anything can be sent.
    func channelActive(context: ChannelHandlerContext) {
        context.fireChannelActive()
        self.read(context)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.end(with: .stale)
        self.context = nil
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard self.isInUse, !self.isAnswerWhole else { return self.end(with: .broken("an answer to no request")) }
        self.lastProgress = .now()
        do {
            self.deliver(try self.part(self.unwrapInboundIn(data)))
        } catch {
            self.end(with: .broken("\(error)"))
        }
    }

    private func part(_ part: HTTPClientResponsePart) throws -> UpstreamPart {
        switch part {
        case .head(let head):
            let response = try HTTPResponse(head)
            if (100..<200).contains(head.status.code), head.status != .switchingProtocols {
                return .informational(response)
            }
            // Nobody asked for another protocol here.
            guard head.status != .switchingProtocols else { throw UpstreamTrouble.broken("101") }
            self.isKeptAlive = head.isKeepAlive && Self.isFramed(head)
            return .head(response)
        case .body(let buffer): return .body(buffer)
        case .end(let trailers):
            self.isAnswerWhole = true
            return .end(trailers.map { HTTPFields($0, splitCookie: false) })
        }
    }

    /// Whether the answer's end is seen without the end of the connection.
    private static func isFramed(_ head: HTTPResponseHead) -> Bool {
        head.status == .noContent || head.status == .notModified || head.headers.contains(name: "Content-Length")
            || head.headers.contains(name: "Transfer-Encoding")
    }

    private func deliver(_ part: UpstreamPart) {
        guard let waiting else { return self.parts.append(part) }
        self.waiting = nil
        self.timer?.cancel()
        self.timer = nil
        waiting.succeed(part)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        self.isReading = false
        if self.waiting != nil || !self.isInUse { self.read(context) }
        context.fireChannelReadComplete()
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.end(with: self.hasHeard ? .broken("the connection ended in the middle") : .lost("the connection ended"))
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        self.end(with: self.hasHeard ? .broken("\(error)") : .lost("\(error)"))
    }
}

/// Notices the first byte of an answer, before anybody has made sense of it.
final class AnswerWatch: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private let handler: UpstreamHandler

    init(_ handler: UpstreamHandler) {
        self.handler = handler
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        self.handler.heard()
        context.fireChannelRead(data)
    }
}
