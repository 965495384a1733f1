import CCAres
import DNS

/// A question under way, with a channel of its own; belongs to the thread that made it.
final class ActiveQuery {
    /// What the callback knows by address only.
    private final class Box {
        var outcome: QueryOutcome?
    }

    /// A socket that c-ares waits for.
    struct Interest {
        var socket: ares_socket_t
        var isReading: Bool
        var isWriting: Bool
    }

    private let channel: ares_channel
    private let box = Box()
    private let deadline: ContinuousClock.Instant

    /// Asks; what comes of it shows in ``outcome``, perhaps at once.
    init(_ query: Query) throws(AuthorityError) {
        self.channel = try Self.channel(for: query)
        self.deadline = query.deadline
        ares_query(
            self.channel, query.name, Int32(ns_c_in.rawValue), query.type.number,
            { context, status, _, bytes, length in
                // Always the pointer that is given below.
                let box = Unmanaged<Box>.fromOpaque(context!).takeUnretainedValue()
                let message = UnsafeBufferPointer(start: bytes, count: bytes == nil ? 0 : Int(length))
                box.outcome = message.isEmpty ? .status(status) : .message([UInt8](message))
            }, Unmanaged.passUnretained(self.box).toOpaque())
    }

    deinit {
        // Calls the callback if there is no outcome yet; the box lives until the end of this.
        ares_destroy(self.channel)
    }

    /// How it ended; nil while it is under way.
    var outcome: QueryOutcome? { self.box.outcome }

    /// What to wait for.
    var interests: [Interest] {
        var sockets = [ares_socket_t](repeating: -1, count: Int(ARES_GETSOCK_MAXNUM))
        let bits = ares_getsock(self.channel, &sockets, Int32(sockets.count))
        return sockets.indices.compactMap { index in
            let isReading = bulkhead_ares_is_readable(bits, Int32(index)) != 0
            let isWriting = bulkhead_ares_is_writable(bits, Int32(index)) != 0
            guard isReading || isWriting else { return nil }
            return Interest(socket: sockets[index], isReading: isReading, isWriting: isWriting)
        }
    }

    /// For how long nothing is to be done unless a socket is ready.
    func idleTime(at now: ContinuousClock.Instant) -> Duration {
        let left = max(.zero, self.deadline - now)
        var time = timeval()
        guard ares_timeout(self.channel, nil, &time) != nil else { return left }
        return min(left, .seconds(time.tv_sec) + .microseconds(time.tv_usec))
    }

    /// Goes on with a socket that is ready.
    func process(reading: ares_socket_t?, writing: ares_socket_t?) {
        ares_process_fd(self.channel, reading ?? ARES_SOCKET_BAD, writing ?? ARES_SOCKET_BAD)
    }

    /// Begins another attempt, or ends, if it is time for it.
    func passTime(at now: ContinuousClock.Instant) {
        self.process(reading: nil, writing: nil)
        if now >= self.deadline { self.end(.expired) }
    }

    /// Ends it, unless it has ended.
    func end(_ outcome: QueryOutcome) {
        guard self.box.outcome == nil else { return }
        // Ends with an outcome of its own.
        ares_cancel(self.channel)
        self.box.outcome = outcome
    }

    private static func channel(for query: Query) throws(AuthorityError) -> ares_channel {
        try AresLibrary.load()
        var flags = ARES_FLAG_NOSEARCH
        if !query.isRecursive { flags |= ARES_FLAG_NORECURSE | ARES_FLAG_NOCHECKRESP }
        var options = ares_options()
        options.flags = Int32(flags)
        options.timeout = Int32(max(1, min(query.timeout / .milliseconds(1), 600_000)))
        options.tries = Int32(max(1, min(query.tries, 10)))
        var channel: ares_channel?
        let mask = ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES
        try AresLibrary.check(ares_init_options(&channel, &options, Int32(mask)))
        guard let channel else { throw AuthorityError(.unavailable, reason: "There is no memory to ask with.") }
        guard !query.servers.isEmpty else { return channel }
        let code = ares_set_servers_ports_csv(channel, query.servers.joined(separator: ","))
        do { try AresLibrary.check(code) } catch {
            ares_destroy(channel)
            throw error
        }
        return channel
    }
}
