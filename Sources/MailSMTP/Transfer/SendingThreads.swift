import Foundation
import Synchronization

/// A few threads for transfers, which block: each is started when there is work and ends when there is none.
///
/// Not the threads on which Swift's tasks run: a server that hangs would stop the whole process.
final class SendingThreads: Sendable {
    private struct Job: Sendable {
        let run: @Sendable () -> Void
        let abandon: @Sendable () -> Void
    }

    private struct State: Sendable {
        var queue: SendingQueue<Job>
        var lastID: UInt64 = 0
    }

    private let state: Mutex<State>

    init(limit: Int) { self.state = Mutex(State(queue: SendingQueue(limit: limit))) }

    /// Runs `work` on one of the threads and suspends until it is done.
    ///
    /// A caller that is cancelled while it waits for a thread gives up its turn; work that has begun is told by other
    /// means.
    func run<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
        let id = self.state.withLock { state in
            state.lastID += 1
            return state.lastID
        }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Value, any Error>) in
                let job = Job(
                    run: { continuation.resume(with: Result { try work() }) },
                    abandon: { continuation.resume(throwing: CancellationError()) })
                if let first = self.state.withLock({ $0.queue.submit(job, id: id) }) { self.startThread(with: first) }
                // The handler may have run before the job was in the queue.
                if Task.isCancelled { self.cancel(id) }
            }
        } onCancel: {
            self.cancel(id)
        }
    }

    private func cancel(_ id: UInt64) { self.state.withLock { $0.queue.cancel(id) }?.abandon() }

    private func startThread(with first: Job) {
        let thread = Thread {
            // For tools that list threads: at most 15 bytes, and set from inside, or Linux does not take it.
            Thread.current.name = "smtp"
            Self.blockBrokenPipes()
            var job: Job? = first
            while let current = job {
                current.run()
                job = self.state.withLock { $0.queue.next() }
            }
        }
        thread.start()
    }

    /// Without its signals libcurl leaves it to us that writing to a closed TLS connection does not end the process.
    private static func blockBrokenPipes() {
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGPIPE)
        pthread_sigmask(SIG_BLOCK, &signals, nil)
    }
}
