import NIOCore
import NIOHTTP2

/// Sees an HTTP/2 connection to its end: what was said gets out, and who does not leave is made to.
///
/// A graceful end needs the client's part: it acknowledges, and ends its streams. One that has gone away without a word
/// does neither, and would keep the connection for ever.
///
/// The end is decided while the last frame of the last stream is on its way down the pipeline; closing at that moment
/// would overtake it, and the client would take its answer for cut off.
final class FarewellDeadline: ChannelOutboundHandler {
    typealias OutboundIn = HTTP2Frame
    typealias OutboundOut = HTTP2Frame

    private let timeout: TimeAmount
    private var scheduled: Scheduled<Void>?

    init(_ timeout: TimeAmount) {
        self.timeout = timeout
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if self.scheduled == nil, case .goAway = self.unwrapOutboundIn(data).payload {
            self.scheduled = context.eventLoop.assumeIsolated().scheduleTask(in: self.timeout) {
                context.close(promise: nil)
            }
        }
        context.write(data, promise: promise)
    }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        context.eventLoop.assumeIsolated().execute {
            context.flush()
            context.close(mode: mode, promise: promise)
        }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.scheduled?.cancel()
        self.scheduled = nil
    }
}
