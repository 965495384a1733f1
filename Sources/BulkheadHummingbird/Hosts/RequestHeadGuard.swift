import Foundation
import HTTPTypes
public import NIOCore
package import NIOHTTP1

/// Looks at HTTP/1 requests before they are translated, and at what the parser refuses.
///
/// Three things are lost later: the host of a request line in absolute form, which a request's `Host` may contradict -
/// then the second opinion is added as a second `Host`, so that the request is refused as ambiguous (RFC 9112, section
/// 3.2.2) -, a parse error, which gets an answer in the form of all other errors, and how a body is framed: where that
/// means two things (RFC 9112, section 6.3), or a coding that is not known, the answer is 400 or 501, and the connection
/// ends, whatever else is on it.
///
/// Hand it to the server as an additional channel handler; it puts what does the work right behind the HTTP/1 decoder,
/// and leaves.
/// ```swift
/// .http1(configuration: .init(additionalChannelHandlers: [RequestHeadGuard()]))
/// ```
public final class RequestHeadGuard: ChannelInboundHandler, RemovableChannelHandler {
    /// Everything passes.
    public typealias InboundIn = NIOAny

    /// A guard for one connection.
    public init() {}

    /// Finds its place in the pipeline.
    public func handlerAdded(context: ChannelHandlerContext) {
        let pipeline = context.pipeline.syncOperations
        do {
            let decoder = try pipeline.handler(type: ByteToMessageHandler<HTTPRequestDecoder>.self)
            try pipeline.addHandler(RequestHeadHandler(), position: .after(decoder))
        } catch {
            // Without its guard the connection would serve what it must refuse.
            context.close(promise: nil)
        }
        pipeline.removeHandler(context: context, promise: nil)
    }
}

/// The handler itself; see ``RequestHeadGuard``.
package final class RequestHeadHandler: ChannelDuplexHandler, RemovableChannelHandler {
    /// What the HTTP/1 decoder produces.
    package typealias InboundIn = HTTPServerRequestPart
    /// The same.
    package typealias InboundOut = HTTPServerRequestPart
    /// What the HTTP/1 encoder takes.
    package typealias OutboundIn = HTTPServerResponsePart
    /// The same.
    package typealias OutboundOut = HTTPServerResponsePart

    private var answersOwed = 0
    /// Why nothing more is taken from the connection.
    private var refusal: ProblemDetails?
    /// Nothing goes out behind the answer to what was refused.
    private var isMute = false
    private var isInBody = false

    /// A handler for one connection.
    package init() {}

    /// Passes requests on, with a second `Host` if the request line names another one; nothing behind one that it refuses.
    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard self.refusal == nil else { return }
        let part = self.unwrapInboundIn(data)
        if case .end = part { self.isInBody = false }
        guard case .head(var head) = part else { return context.fireChannelRead(data) }
        if let refusal = RequestFraming.refusal(of: head) {
            self.refuse(refusal, context)
            return context.fireErrorCaught(HTTPParserError.unknown)
        }
        self.answersOwed += 1
        self.isInBody = true
        if let authority = Self.authority(ofTarget: head.uri), authority != head.headers.first(name: "Host") {
            head.headers.add(name: "Host", value: authority)
        }
        context.fireChannelRead(self.wrapInboundOut(.head(head)))
    }

    /// Counts answers, and puts the answer to what was refused behind those to the requests before.
    package func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if self.refusal != nil, self.answersOwed == 0 { self.answerRefusal(context) }
        guard !self.isMute else {
            promise?.fail(ChannelError.outputClosed)
            return
        }
        if case .end = self.unwrapOutboundIn(data) { self.answersOwed -= 1 }
        context.write(data, promise: promise)
    }

    /// Answers a parse error, unless an answer to an earlier request is on its way.
    package func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if error is HTTPParserError { self.refuse(.badRequest("The request is not valid HTTP."), context) }
        context.fireErrorCaught(error)
    }

    private func refuse(_ problem: ProblemDetails, _ context: ChannelHandlerContext) {
        guard self.refusal == nil else { return }
        self.refusal = problem
        if self.answersOwed == 0 { self.answerRefusal(context) }
    }

    private func answerRefusal(_ context: ChannelHandlerContext) {
        guard !self.isMute else { return }
        self.isMute = true
        // A request that was answered although its body turned out to be nonsense gets no second answer.
        if let refusal, !self.isInBody { self.write(refusal, context) }
    }

    private func write(_ problem: ProblemDetails, _ context: ChannelHandlerContext) {
        let requestID = UUID().uuidString.lowercased()
        let document = problem.document(requestID: requestID)
        let headers: HTTPHeaders = [
            "Content-Type": "application/problem+json", "Content-Length": String(document.count),
            "Connection": "close", "X-Request-Id": requestID, "X-Content-Type-Options": "nosniff",
            "Cache-Control": "no-store",
        ]
        let head = HTTPResponseHead(version: .http1_1, status: .init(statusCode: problem.status.code), headers: headers)
        context.write(self.wrapOutboundOut(.head(head)), promise: nil)
        context.write(self.wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: document)))), promise: nil)
        context.writeAndFlush(self.wrapOutboundOut(.end(nil)), promise: nil)
    }

    /// The authority of a target in absolute form; nil for a path.
    ///
    /// Not decoded, not normalised: it is only compared.
    private static func authority(ofTarget target: String) -> String? {
        guard target.utf8.first != UInt8(ascii: "/"), let scheme = target.range(of: "://") else { return nil }
        return String(target[scheme.upperBound...].prefix { $0 != "/" && $0 != "?" && $0 != "#" })
    }
}
