#if canImport(Darwin)
    import Darwin

    /// The BSD way: kqueue(2).
    struct KqueuePoller: Poller, ~Copyable {
        private let descriptor: Int32
        private var buffer = [kevent](repeating: kevent(), count: 64)

        init() throws {
            self.descriptor = kqueue()
            guard self.descriptor >= 0 else { throw systemFailure("kqueue", errno) }
        }

        deinit {
            close(self.descriptor)
        }

        mutating func add(_ descriptor: Int32, token: UInt64, interest: Readiness) throws {
            guard self.set(descriptor, token, interest) else { throw systemFailure("kevent", errno) }
        }

        mutating func change(_ descriptor: Int32, token: UInt64, interest: Readiness) {
            _ = self.set(descriptor, token, interest)
        }

        mutating func remove(_ descriptor: Int32) {
            var changes = [
                Self.change(descriptor, EVFILT_READ, EV_DELETE, 0), Self.change(descriptor, EVFILT_WRITE, EV_DELETE, 0),
            ]
            for index in changes.indices { kevent(self.descriptor, &changes[index], 1, nil, 0, nil) }
        }

        mutating func wait(timeout: Duration?, into events: inout [PollEvent]) {
            let count: Int32
            if let milliseconds = timeout?.millisecondsRoundedUp {
                var time = timespec(
                    tv_sec: Int(milliseconds / 1000), tv_nsec: Int(milliseconds % 1000) * 1_000_000)
                count = kevent(self.descriptor, nil, 0, &self.buffer, Int32(self.buffer.count), &time)
            } else {
                count = kevent(self.descriptor, nil, 0, &self.buffer, Int32(self.buffer.count), nil)
            }
            guard count > 0 else { return }
            for event in self.buffer[0..<Int(count)] {
                events.append(
                    PollEvent(
                        token: UInt64(UInt(bitPattern: event.udata)),
                        readiness: event.filter == Int16(EVFILT_WRITE) ? .write : .read))
            }
        }

        private func set(_ descriptor: Int32, _ token: UInt64, _ interest: Readiness) -> Bool {
            var changes = [
                Self.change(
                    descriptor, EVFILT_READ, EV_ADD | (interest.contains(.read) ? EV_ENABLE : EV_DISABLE), token),
                Self.change(
                    descriptor, EVFILT_WRITE, EV_ADD | (interest.contains(.write) ? EV_ENABLE : EV_DISABLE), token),
            ]
            return kevent(self.descriptor, &changes, Int32(changes.count), nil, 0, nil) == 0
        }

        private static func change(_ descriptor: Int32, _ filter: Int32, _ flags: Int32, _ token: UInt64) -> kevent {
            kevent(
                ident: UInt(descriptor), filter: Int16(filter), flags: UInt16(flags), fflags: 0, data: 0,
                udata: UnsafeMutableRawPointer(bitPattern: UInt(token)))
        }
    }
#endif
