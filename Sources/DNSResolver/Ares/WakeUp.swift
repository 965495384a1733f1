import CCAres
import DNS
import Foundation

/// Lets a thread wait for sockets and for a sign from another thread.
final class WakeUp: Sendable {
    private let reading: Int32
    private let writing: Int32

    init() throws(AuthorityError) {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else {
            throw AuthorityError(
                .unavailable, reason: "The operating system has no descriptor to ask name servers with.",
                detail: "pipe: errno \(errno)")
        }
        for end in ends {
            // Neither fails for a descriptor that was just made.
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
        }
        (self.reading, self.writing) = (ends[0], ends[1])
    }

    deinit {
        close(self.reading)
        close(self.writing)
    }

    /// Wakes the thread, or keeps it from falling asleep next time.
    func signal() {
        var byte: UInt8 = 0
        // Full means that there are signs enough.
        _ = write(self.writing, &byte, 1)
    }

    /// Waits until there is a sign, an answer, or something to be done about an answer that does not come.
    func wait(for queries: [ActiveQuery]) {
        let interests = queries.map(\.interests)
        var descriptors = [pollfd(fd: self.reading, events: Int16(POLLIN), revents: 0)]
        descriptors += interests.joined().map { interest in
            let events = (interest.isReading ? POLLIN : 0) | (interest.isWriting ? POLLOUT : 0)
            return pollfd(fd: interest.socket, events: Int16(events), revents: 0)
        }
        let now = ContinuousClock.now
        let pause = queries.map { $0.idleTime(at: now) }.min()
        // An interrupted wait is one that ends early.
        _ = poll(&descriptors, nfds_t(descriptors.count), pause.map(Self.milliseconds) ?? -1)
        if descriptors[0].revents != 0 { self.drain() }
        var next = 1
        for (query, interests) in zip(queries, interests) {
            for interest in interests {
                let isReady = descriptors[next].revents != 0
                next += 1
                guard isReady else { continue }
                // A socket with an error is neither: c-ares is to find out by itself.
                query.process(
                    reading: interest.isReading ? interest.socket : nil,
                    writing: interest.isWriting ? interest.socket : nil)
            }
            query.passTime(at: .now)
        }
    }

    private func drain() {
        var bytes = [UInt8](repeating: 0, count: 64)
        while read(self.reading, &bytes, bytes.count) > 0 {}
    }

    /// Rounded up: a wait that ends just before its time would begin again at once.
    private static func milliseconds(_ duration: Duration) -> Int32 {
        Int32(min(max(0, (duration / .milliseconds(1)).rounded(.up)), 3_600_000))
    }
}
