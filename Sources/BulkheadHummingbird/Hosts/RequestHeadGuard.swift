import Foundation
public import NIOCore
package import NIOHTTP1

/// Looks at HTTP/1 requests before they are translated, and at what the parser refuses.
///
/// Two things are lost later: the host of a request line in absolute form, which a request's `Host` may contradict -
/// then the second opinion is added as a second `Host`, so that the request is refused as ambiguous (RFC 9112, section
/// 3.2.2) - and a parse error, which gets an answer in the form of all other errors.
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
    private var hasAnsweredParseError = false

    /// A handler for one connection.
    package init() {}

    /// Passes requests on, with a second `Host` if the request line names another one.
    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard case .head(var head) = self.unwrapInboundIn(data) else { return context.fireChannelRead(data) }
        self.answersOwed += 1
        if let authority = Self.authority(ofTarget: head.uri), authority != head.headers.first(name: "Host") {
            head.headers.add(name: "Host", value: authority)
        }
        context.fireChannelRead(self.wrapInboundOut(.head(head)))
    }

    /// Counts answers, and drops what would follow the answer to a parse error.
    package func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard !self.hasAnsweredParseError else {
            promise?.fail(ChannelError.outputClosed)
            return
        }
        if case .end = self.unwrapOutboundIn(data) { self.answersOwed -= 1 }
        context.write(data, promise: promise)
    }

    /// Answers a parse error, unless an answer to an earlier request is on its way.
    package func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if error is HTTPParserError, !self.hasAnsweredParseError, self.answersOwed == 0 {
            self.answer(context: context)
        }
        context.fireErrorCaught(error)
    }

    private func answer(context: ChannelHandlerContext) {
        let requestID = UUID().uuidString.lowercased()
        let document = ProblemDetails.badRequest("The request is not valid HTTP.").document(requestID: requestID)
        let headers: HTTPHeaders = [
            "Content-Type": "application/problem+json", "Content-Length": String(document.count),
            "Connection": "close", "X-Request-Id": requestID, "X-Content-Type-Options": "nosniff",
            "Cache-Control": "no-store",
        ]
        let head = HTTPResponseHead(version: .http1_1, status: .badRequest, headers: headers)
        context.write(self.wrapOutboundOut(.head(head)), promise: nil)
        context.write(self.wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: document)))), promise: nil)
        context.writeAndFlush(self.wrapOutboundOut(.end(nil)), promise: nil)
        self.hasAnsweredParseError = true
    }

    /// The authority of a target in absolute form; nil for a path.
    ///
    /// Not decoded, not normalised: it is only compared.
    private static func authority(ofTarget target: String) -> String? {
        guard target.utf8.first != UInt8(ascii: "/"), let scheme = target.range(of: "://") else { return nil }
        return String(target[scheme.upperBound...].prefix { $0 != "/" && $0 != "?" && $0 != "#" })
    }
}
