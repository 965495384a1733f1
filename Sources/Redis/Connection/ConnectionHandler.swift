import NIOCore

/// One connection: commands out, replies in.
///
/// All its state belongs to the event loop; others reach it through a `NIOLoopBound`.
final class ConnectionHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    let mailbox: CommandMailbox
    let bounds: ConnectionBounds
    /// Who takes messages; nil on a connection for commands.
    let desk: MessageDesk?
    private let parser: ReplyParser
    var context: ChannelHandlerContext?
    var replies = ReplyQueue()
    /// Not written yet, because the socket takes no more.
    private var waiting = CircularBuffer<Exchange>()
    /// Why the connection is being closed.
    private(set) var failure: RedisError?
    private var endsWhenIdle = false
    var check = ConnectionCheck()

    init(mailbox: CommandMailbox, bounds: ConnectionBounds, desk: MessageDesk?) throws(RedisError) {
        self.mailbox = mailbox
        self.bounds = bounds
        self.desk = desk
        self.parser = try ReplyParser(limit: bounds.replySize)
    }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func channelActive(context: ChannelHandlerContext) {
        self.scheduleCheck(.now() + self.bounds.idle)
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let buffer = self.unwrapInboundIn(data)
        let before = self.answered
        let result = buffer.withUnsafeReadableBytes { bytes in
            Result { () throws(RedisError) in
                try self.parser.read(bytes) { (value) throws(RedisError) in try self.receive(value) }
            }
        }
        if self.answered != before {
            self.replies.heard(.now())
            self.mailbox.release(self.answered - before)
        }
        if case .failure(let error) = result { self.give(up: error) }
        self.endIfIdle()
    }

    /// How many replies to commands have come.
    private var answered = 0

    private func receive(_ value: RedisValue) throws(RedisError) {
        if let desk = self.desk, let context = self.context {
            if desk.receive(value) {
                self.replies.heard(.now())
                return self.writeChanges(of: desk, context)
            }
            if self.replies.isEmpty, case .error(let error) = value { throw .refused(error) }
        }
        guard self.replies.receive(value) else {
            // The last words of a server that closes the connection, such as "max number of clients reached".
            if case .error(let error) = value { throw .server(error) }
            throw .protocolViolation("Redis sent a reply that nobody had asked for.")
        }
        self.answered += 1
    }

    /// Sends what was left in the mailbox, in one write.
    func drain() {
        guard let context = self.context else { return }
        let taken = self.mailbox.take()
        self.waiting.append(contentsOf: taken)
        guard context.channel.isWritable, !self.waiting.isEmpty else { return self.noteDeadlines(taken) }
        var buffer = context.channel.allocator.buffer(capacity: self.waiting.reduce(0) { $0 + $1.wire.count })
        let now = NIODeadline.now()
        while buffer.readableBytes < 65536, let exchange = self.waiting.popFirst() {
            guard exchange.deadline > now, exchange.beginWriting() else {
                exchange.fail(RedisError.timedOut)
                self.mailbox.release(exchange.count)
                continue
            }
            buffer.writeBytes(exchange.wire)
            self.replies.append(exchange, now)
        }
        if buffer.readableBytes > 0 { context.writeAndFlush(self.wrapOutboundOut(buffer), promise: nil) }
        self.noteDeadlines(taken)
        // The rest goes out when this has, so that what was not sent is known.
        if !self.waiting.isEmpty, context.channel.isWritable {
            context.eventLoop.assumeIsolated().execute { self.drain() }
        }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable { self.drain() }
        context.fireChannelWritabilityChanged()
    }

    private func noteDeadlines(_ exchanges: [Exchange]) {
        guard let first = exchanges.lazy.map(\.deadline).min() else { return }
        self.scheduleCheck(first)
    }

    /// Gives up those whose time is over, and returns when the next one's is.
    func expire(_ now: NIODeadline) -> NIODeadline? {
        [self.replies.expire(now), ReplyQueue.expire(self.waiting, now)].compactMap { $0 }.min()
    }

    /// Closes the connection; whoever waits is told why.
    func give(up error: RedisError) {
        guard self.failure == nil else { return }
        self.failure = error
        self.context?.close(promise: nil)
    }

    /// Closes the connection once all replies have come.
    func end() {
        self.endsWhenIdle = true
        self.drain()
        self.endIfIdle()
    }

    private func endIfIdle() {
        if self.endsWhenIdle, self.replies.isEmpty, self.waiting.isEmpty { self.context?.close(promise: nil) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        self.give(up: .connectionLost(.unknown, error))
    }

    func channelInactive(context: ChannelHandlerContext) {
        if self.failure == nil, self.parser.isInsideReply { self.failure = .cutOff }
        self.failAll()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.failAll()
        self.context = nil
    }

    private func failAll() {
        self.check.cancel()
        let left = self.replies.removeAll() + self.waiting + self.mailbox.close()
        self.waiting.removeAll()
        let cause = self.failure
        for exchange in left { exchange.fail { .connectionLost($0, cause) } }
    }

    func writeChanges(of desk: MessageDesk, _ context: ChannelHandlerContext) {
        let wire = desk.changes()
        guard !wire.isEmpty else { return }
        desk.hasSent(.now())
        context.writeAndFlush(self.wrapOutboundOut(context.channel.allocator.buffer(bytes: wire)), promise: nil)
        self.scheduleCheck(.now() + self.bounds.stall)
    }
}
