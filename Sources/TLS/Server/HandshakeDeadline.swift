import NIOCore
import NIOSSL
import NIOTLS

/// Closes a connection whose handshake takes too long, or is still under way when the listener shuts down.
///
/// Leaves the pipeline when the handshake is over.
final class HandshakeDeadline: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = NIOAny

    private let timeout: TimeAmount
    private var scheduled: Scheduled<Void>?

    init(_ timeout: TimeAmount) {
        self.timeout = timeout
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.scheduled = context.eventLoop.assumeIsolated().scheduleTask(in: self.timeout) {
            Self.drop(context)
        }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.scheduled?.cancel()
        self.scheduled = nil
    }

    /// Closes without TLS's part in it, which would wait for the other side once more.
    private static func drop(_ context: ChannelHandlerContext) {
        do {
            try context.pipeline.syncOperations.context(handlerType: NIOSSLServerHandler.self).close(promise: nil)
        } catch {
            context.close(promise: nil)
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case TLSUserEvent.handshakeCompleted:
            context.fireUserInboundEventTriggered(event)
            context.pipeline.syncOperations.removeHandler(context: context, promise: nil)
        case is ChannelShouldQuiesceEvent:
            Self.drop(context)
        default:
            context.fireUserInboundEventTriggered(event)
        }
    }
}
