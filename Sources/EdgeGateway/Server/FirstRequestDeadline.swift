import NIOCore
import NIOHTTP1

/// Closes a connection that does not come to its first request: silent for too long, talking nonsense, or still waiting
/// when the listener shuts down.
///
/// Until the first request nobody else looks after the connection. Leaves the pipeline with its head.
final class FirstRequestDeadline: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart

    private let timeout: TimeAmount
    private var scheduled: Scheduled<Void>?

    init(_ timeout: TimeAmount) {
        self.timeout = timeout
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.schedule(context, self.timeout)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.scheduled?.cancel()
        self.scheduled = nil
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        context.fireChannelRead(data)
        context.pipeline.syncOperations.removeHandler(context: context, promise: nil)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard event is ChannelShouldQuiesceEvent else { return context.fireUserInboundEventTriggered(event) }
        context.close(promise: nil)
    }

    /// The guard has answered; the answer gets a moment to arrive.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard error is HTTPParserError else { return context.fireErrorCaught(error) }
        context.channel.close(mode: .output, promise: nil)
        self.schedule(context, .seconds(1))
    }

    private func schedule(_ context: ChannelHandlerContext, _ time: TimeAmount) {
        self.scheduled?.cancel()
        self.scheduled = context.eventLoop.assumeIsolated().scheduleTask(in: time) { context.close(promise: nil) }
    }
}
