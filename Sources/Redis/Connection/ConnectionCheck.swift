import NIOCore

/// The one timer of a connection, set for the earliest moment at which something may be due.
struct ConnectionCheck {
    private var scheduled: Scheduled<Void>?
    private(set) var at: NIODeadline?

    init() {}

    func isEarlier(_ moment: NIODeadline) -> Bool { self.at.map { moment < $0 } ?? true }

    mutating func set(_ moment: NIODeadline, _ scheduled: Scheduled<Void>) {
        self.cancel()
        self.at = moment
        self.scheduled = scheduled
    }

    mutating func cancel() {
        self.scheduled?.cancel()
        self.scheduled = nil
        self.at = nil
    }
}

extension ConnectionHandler {
    /// Looks after deadlines at this moment, or earlier if that is planned already.
    func scheduleCheck(_ moment: NIODeadline) {
        guard self.check.isEarlier(moment), let loop = self.context?.eventLoop else { return }
        let bound = NIOLoopBound(self, eventLoop: loop)
        self.check.set(moment, loop.scheduleTask(deadline: moment) { bound.value.runCheck() })
    }

    private func runCheck() {
        self.check.cancel()
        guard self.context != nil, self.failure == nil else { return }
        let now = NIODeadline.now()
        let expiry = self.expire(now)
        let debts = [self.replies.stalls(after: self.bounds.stall), self.desk?.stalls(after: self.bounds.stall)]
        let stall = debts.compactMap { $0 }.min()
        if let stall, stall <= now { return self.give(up: .stalled) }
        if stall == nil { self.askForLife(now) }
        let next = [expiry, stall, now + self.bounds.idle].compactMap { $0 }.min()
        if let next { self.scheduleCheck(next) }
    }

    /// Nobody would notice that a server has gone from which nothing is wanted; messages would just not come.
    private func askForLife(_ now: NIODeadline) {
        if let last = self.replies.lastReply, now < last + self.bounds.idle { return }
        let ping = Exchange(wire: RedisCommand("PING").wire, count: 1, deadline: now + self.bounds.stall)
        if case .wake = self.mailbox.post(ping) { self.drain() }
    }
}
