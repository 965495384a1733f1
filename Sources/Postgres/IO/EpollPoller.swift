#if !canImport(Darwin)
    import CLibPQ

    #if canImport(Glibc)
        import Glibc
    #elseif canImport(Musl)
        import Musl
    #endif

    /// The Linux way: epoll(7).
    struct EpollPoller: Poller, ~Copyable {
        private let descriptor: Int32
        private var buffer = [epoll_event](repeating: epoll_event(), count: 64)

        init() throws {
            self.descriptor = epoll_create1(Int32(EPOLL_CLOEXEC))
            guard self.descriptor >= 0 else { throw systemFailure("epoll_create1", errno) }
        }

        deinit {
            close(self.descriptor)
        }

        mutating func add(_ descriptor: Int32, token: UInt64, interest: Readiness) throws {
            var event = Self.event(token, interest)
            guard epoll_ctl(self.descriptor, EPOLL_CTL_ADD, descriptor, &event) == 0 else {
                throw systemFailure("epoll_ctl", errno)
            }
        }

        mutating func change(_ descriptor: Int32, token: UInt64, interest: Readiness) {
            var event = Self.event(token, interest)
            epoll_ctl(self.descriptor, EPOLL_CTL_MOD, descriptor, &event)
        }

        mutating func remove(_ descriptor: Int32) {
            var event = epoll_event()
            epoll_ctl(self.descriptor, EPOLL_CTL_DEL, descriptor, &event)
        }

        mutating func wait(timeout: Duration?, into events: inout [PollEvent]) {
            let milliseconds = timeout.map(\.millisecondsRoundedUp) ?? -1
            let count = epoll_wait(self.descriptor, &self.buffer, Int32(self.buffer.count), milliseconds)
            guard count > 0 else { return }  // EINTR is an early wake-up
            for index in 0..<Int(count) {
                let event = self.buffer[index]
                var readiness: Readiness = []
                // A hang-up shows itself to the next read.
                if event.events & (EPOLLIN.rawValue | EPOLLHUP.rawValue | EPOLLERR.rawValue) != 0 {
                    readiness.insert(.read)
                }
                if event.events & EPOLLOUT.rawValue != 0 { readiness.insert(.write) }
                events.append(PollEvent(token: event.data.u64, readiness: readiness))
            }
        }

        private static func event(_ token: UInt64, _ interest: Readiness) -> epoll_event {
            var events: UInt32 = 0
            if interest.contains(.read) { events |= EPOLLIN.rawValue }
            if interest.contains(.write) { events |= EPOLLOUT.rawValue }
            return epoll_event(events: events, data: epoll_data_t(u64: token))
        }
    }
#endif
