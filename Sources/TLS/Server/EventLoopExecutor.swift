import NIOCore
import Synchronization

/// Runs a task's work on the thread of an event loop.
///
/// A connection's bytes arrive on an event loop; work that runs there too, instead of in the pool of Swift's
/// concurrency, spares two switches of threads a request. What blocks has threads of its own: hashing, the database.
final class EventLoopExecutor: TaskExecutor {
    private let loop: any EventLoop

    private init(_ loop: any EventLoop) {
        self.loop = loop
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        self.loop.execute { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }

    /// One a loop, made when it is first asked for; loops live as long as the process.
    private static let executors = Mutex<[ObjectIdentifier: EventLoopExecutor]>([:])

    /// The executor of a loop.
    static func of(_ loop: any EventLoop) -> EventLoopExecutor {
        self.executors.withLock { executors in
            if let known = executors[ObjectIdentifier(loop)] { return known }
            let new = EventLoopExecutor(loop)
            executors[ObjectIdentifier(loop)] = new
            return new
        }
    }
}
