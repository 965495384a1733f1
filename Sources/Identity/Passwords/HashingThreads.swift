import Foundation
import Synchronization
import Tenancy

/// A few threads of their own for work that takes long: a worker is started when there is work and ends when there is
/// none, so that none outlives its jobs and nothing has to be shut down.
///
/// Not a dispatch queue: on Linux concurrent queues draw on the threads on which Swift's tasks run.
final class HashingThreads: Sendable {
    private struct Job: Sendable {
        let run: @Sendable () -> Void
        let abandon: @Sendable (any Error) -> Void
    }

    private struct State: Sendable {
        var queue: HashingQueue<Job>
        var lastID: UInt64 = 0
    }

    private let state: Mutex<State>

    /// Threads and the number of jobs that may wait for them.
    init(workers: Int, queueLimit: Int) {
        self.state = Mutex(State(queue: HashingQueue(workers: workers, limit: queueLimit)))
    }

    /// How many jobs wait for a thread now.
    var waitingCount: Int { self.state.withLock { $0.queue.waitingCount } }

    /// Runs `work` on one of the threads and suspends until it is done.
    ///
    /// A caller that is cancelled while it waits leaves the queue; work that has begun is done to its end.
    ///
    /// - Throws: what `work` throws; ``DomainError/busy(retryAfterSeconds:)`` if the queue is full;
    ///   `CancellationError`.
    func run<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
        let id = self.state.withLock { state in
            state.lastID += 1
            return state.lastID
        }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Value, any Error>) in
                let job = Job(
                    run: { continuation.resume(with: Result { try work() }) },
                    abandon: { continuation.resume(throwing: $0) })
                self.submit(job, id: id)
                // The handler may have run before the job was in the queue.
                if Task.isCancelled { self.cancel(id) }
            }
        } onCancel: {
            self.cancel(id)
        }
    }

    private func submit(_ job: Job, id: UInt64) {
        switch self.state.withLock({ $0.queue.submit(job, id: id) }) {
        case .start(let first): self.startWorker(with: first)
        case .wait: break
        case .refuse(let job): job.abandon(DomainError.busy(retryAfterSeconds: 2))
        }
    }

    private func cancel(_ id: UInt64) {
        self.state.withLock { $0.queue.cancel(id) }?.abandon(CancellationError())
    }

    private func startWorker(with first: Job) {
        let thread = Thread {
            // For tools that list threads: at most 15 bytes, and set from inside, or Linux does not take it.
            Thread.current.name = "hashing"
            var job: Job? = first
            while let current = job {
                current.run()
                job = self.state.withLock { $0.queue.next() }
            }
        }
        thread.start()
    }
}
