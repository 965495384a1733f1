import NIOCore
import NIOHTTP2

/// Closes an HTTP/2 connection that is still there some time after the client was told to leave.
///
/// A graceful end needs the client's part: it acknowledges, and ends its streams. One that has gone away without a word
/// does neither, and would keep the connection for ever.
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

    func handlerRemoved(context: ChannelHandlerContext) {
        self.scheduled?.cancel()
        self.scheduled = nil
    }
}
