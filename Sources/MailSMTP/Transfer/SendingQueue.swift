/// Which job has a thread and which waits for one: a value without threads.
struct SendingQueue<Job: Sendable>: Sendable {
    private let limit: Int
    private var running = 0
    private var waiting: [(id: UInt64, job: Job)] = []

    init(limit: Int) { self.limit = max(1, limit) }

    /// Takes a job; returns it if a thread is to be started for it.
    mutating func submit(_ job: Job, id: UInt64) -> Job? {
        guard self.running < self.limit else {
            self.waiting.append((id, job))
            return nil
        }
        self.running += 1
        return job
    }

    /// The next job of a thread that has finished one; nil for the thread to end.
    mutating func next() -> Job? {
        guard !self.waiting.isEmpty else {
            self.running -= 1
            return nil
        }
        return self.waiting.removeFirst().job
    }

    /// Takes a waiting job out; nil if it does not wait.
    mutating func cancel(_ id: UInt64) -> Job? {
        guard let index = self.waiting.firstIndex(where: { $0.id == id }) else { return nil }
        return self.waiting.remove(at: index).job
    }
}
