import Foundation

/// A few threads for the calls of libpq that block: connecting and sending cancel requests.
///
/// Started and ended by the owner's `run()`. Jobs that wait when the threads end are dropped, so nobody may wait for a
/// job without a deadline.
final class BlockingThreads: Sendable {
    // Every access to the stored properties holds `condition`.
    private final class Queue: @unchecked Sendable {
        private let condition = NSCondition()
        private var jobs: [@Sendable () -> Void] = []
        private var isClosed = false

        func add(_ job: @escaping @Sendable () -> Void) {
            self.condition.withLock {
                if !self.isClosed { self.jobs.append(job) }
                self.condition.signal()
            }
        }

        func next() -> (@Sendable () -> Void)? {
            self.condition.withLock {
                while self.jobs.isEmpty && !self.isClosed { self.condition.wait() }
                return self.isClosed ? nil : self.jobs.removeFirst()
            }
        }

        func close() {
            self.condition.withLock {
                self.isClosed = true
                self.jobs = []
                self.condition.broadcast()
            }
        }
    }

    private let queue = Queue()
    private let threads: [NativeThread]

    init(name: String, count: Int) throws {
        let queue = self.queue
        self.threads = try (0..<count).map { _ in
            try NativeThread(name: name) {
                while let job = queue.next() { job() }
            }
        }
    }

    /// Runs a job on one of the threads, in order of arrival.
    func run(_ job: @escaping @Sendable () -> Void) {
        self.queue.add(job)
    }

    /// Lets the threads end by themselves after the jobs they are at, however long those take.
    func abandon() {
        self.queue.close()
        for thread in self.threads { thread.detach() }
    }

    /// Ends the threads after the jobs they are at.
    ///
    /// Blocks: not for a thread of Swift's concurrency.
    func end() {
        self.queue.close()
        for thread in self.threads { thread.join() }
    }
}
