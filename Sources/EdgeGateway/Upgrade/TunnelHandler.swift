import NIOCore

/// One end of a tunnel: passes bytes to the other end, and reads no faster than the other end writes.
///
/// Both ends live on one event loop. The end at the upstream comes first and waits, with what it has read, for the one at
/// the client. Whichever side ends, the other gets what was on its way and is closed.
final class TunnelHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private var context: ChannelHandlerContext?
    private var partner: TunnelHandler?
    private var early: [ByteBuffer] = []
    private var holdsRead = false
    private var hasEnded = false
    private var lastActivity = NIODeadline.now()
    private var idleCheck: Scheduled<Void>?

    /// Joins two ends; both are in their pipelines.
    ///
    /// - Parameter idle: after how long without a byte in either direction the tunnel is closed.
    static func join(_ client: TunnelHandler, _ upstream: TunnelHandler, idle: TimeAmount) {
        client.partner = upstream
        upstream.partner = client
        for end in [client, upstream] {
            for buffer in end.early { end.pass(buffer) }
            if !end.early.isEmpty { end.partner?.context?.flush() }
            end.early = []
            end.resumeReading()
            if end.hasEnded { end.partner?.finish() }
        }
        client.watch(idle)
    }

    // MARK: Bytes

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let buffer = self.unwrapInboundIn(data)
        guard self.partner != nil else { return self.early.append(buffer) }
        self.pass(buffer)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        self.partner?.context?.flush()
        context.fireChannelReadComplete()
    }

    private func pass(_ buffer: ByteBuffer) {
        self.lastActivity = .now()
        guard let other = self.partner?.context else { return }
        other.write(self.wrapOutboundOut(buffer), promise: nil)
    }

    // MARK: Back-pressure

    func read(context: ChannelHandlerContext) {
        guard let other = self.partner?.context, other.channel.isWritable else { return self.holdsRead = true }
        context.read()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable { self.partner?.resumeReading() }
        context.fireChannelWritabilityChanged()
    }

    private func resumeReading() {
        guard self.holdsRead else { return }
        self.holdsRead = false
        self.context?.read()
    }

    // MARK: Ends

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.ended()
        self.context = nil
        self.partner = nil
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.ended()
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case is ChannelShouldQuiesceEvent, ChannelEvent.inputClosed:
            self.ended()
            self.finish()
        default: context.fireUserInboundEventTriggered(event)
        }
    }

    private func ended() {
        guard !self.hasEnded else { return }
        self.hasEnded = true
        self.idleCheck?.cancel()
        self.partner?.finish()
    }

    /// Closes this side when what was written to it has left, or soon, if its reader has gone to sleep.
    private func finish() {
        guard let context, context.channel.isActive else { return }
        let channel = context.channel
        context.writeAndFlush(self.wrapOutboundOut(ByteBuffer())).whenComplete { _ in channel.close(promise: nil) }
        channel.eventLoop.scheduleTask(in: .seconds(5)) { channel.close(promise: nil) }
    }

    // MARK: Silence

    private func watch(_ idle: TimeAmount) {
        guard let context, !self.hasEnded else { return }
        let last = max(self.lastActivity, self.partner?.lastActivity ?? self.lastActivity)
        guard last + idle > .now() else { return context.close(promise: nil) }
        self.idleCheck = context.eventLoop.assumeIsolated().scheduleTask(deadline: last + idle) { self.watch(idle) }
    }
}

/// The upstream's end of a tunnel that waits for the client's.
struct TunnelEnd: Sendable {
    /// The connection to the upstream.
    let channel: any Channel
    /// What passes its bytes on.
    let handler: NIOLoopBound<TunnelHandler>

    /// Gives it up.
    func close() {
        self.channel.close(promise: nil)
    }
}
