/// Which hashing job runs, waits or is refused: a value without threads.
///
/// Valid transitions of a job:
/// - `submit` to running, waiting or refused
/// - waiting to running by `next`, or gone by `cancel`
/// - running to done by `next`
struct HashingQueue<Job: Sendable>: Sendable {
    /// What to do with a job that has just been submitted.
    enum Admission {
        /// Start a worker, which runs this job first.
        case start(Job)
        /// Nothing: a worker will ask for it.
        case wait
        /// Tell the caller to come back later.
        case refuse(Job)
    }

    private let workers: Int
    private let limit: Int
    private var running = 0
    private var waiting: [(id: UInt64, job: Job)] = []

    /// A queue for so many workers, in which at most `limit` jobs wait.
    init(workers: Int, limit: Int) {
        self.workers = max(1, workers)
        self.limit = max(0, limit)
    }

    /// How many jobs wait.
    var waitingCount: Int { self.waiting.count }

    /// Takes a job.
    mutating func submit(_ job: Job, id: UInt64) -> Admission {
        if self.running < self.workers {
            self.running += 1
            return .start(job)
        }
        guard self.waiting.count < self.limit else { return .refuse(job) }
        self.waiting.append((id, job))
        return .wait
    }

    /// What a worker that has finished a job does next: the job that has waited longest; nil for it to end.
    mutating func next() -> Job? {
        guard !self.waiting.isEmpty else {
            self.running -= 1
            return nil
        }
        return self.waiting.removeFirst().job
    }

    /// Takes a waiting job out; nil if it is running, done or was never taken.
    mutating func cancel(_ id: UInt64) -> Job? {
        guard let index = self.waiting.firstIndex(where: { $0.id == id }) else { return nil }
        return self.waiting.remove(at: index).job
    }
}
