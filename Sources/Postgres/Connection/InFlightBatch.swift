/// A batch that was written to a connection and whose answers are being read.
///
/// Belongs to the I/O thread.
final class InFlightBatch {
    /// One message that the server answers.
    struct Step {
        let kind: BatchProgress.Step
        let statement: PreparedStatement?
    }

    /// nil for the client's own statements, such as ROLLBACK after a lease.
    let request: BatchRequest?
    /// 1 the first time.
    let attempt: Int
    var steps: [Step]
    var cursor = 0
    var progress: BatchProgress
    var results: [PostgresRows] = []
    /// nil once the waiting task has been told something.
    var waiter: BatchRequest.Waiter?
    /// What the task will be told instead of the results.
    var error: PostgresError?
    /// The names of the statements that the server is to forget, one a step.
    var deallocations: [String] = []
    /// The step that failed first.
    var failedAt: Int?
    /// When the connection is given up, for a batch nobody waits for any more.
    var answerBy: ContinuousClock.Instant?

    init(request: BatchRequest?, attempt: Int, place: BatchProgress.Place, isExplicit: Bool) {
        self.request = request
        self.attempt = attempt
        self.waiter = request?.waiter
        self.progress = BatchProgress(place: place, isExplicit: isExplicit)
        self.steps = []
        if let request {
            self.steps.reserveCapacity(request.batch.queries.count * 2 + 4)
            self.results.reserveCapacity(request.batch.queries.count)
        }
    }

    var step: Step? { self.cursor < self.steps.count ? self.steps[self.cursor] : nil }

    func append(_ kind: BatchProgress.Step, _ statement: PreparedStatement? = nil) {
        self.steps.append(Step(kind: kind, statement: statement))
    }

    /// Tells the waiting task, if it has not been told yet.
    func resume(throwing error: PostgresError) {
        self.waiter?.resume(throwing: error)
        self.waiter = nil
    }

    /// Tells the waiting task what the server answered, if it has not been told anything yet.
    func resume() {
        if let error = self.error { return self.resume(throwing: error) }
        self.waiter?.resume(returning: self.results)
        self.waiter = nil
    }
}
