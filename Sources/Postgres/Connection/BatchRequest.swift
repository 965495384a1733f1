/// A batch on its way, and the task that waits for it.
///
/// Never changed after it is made.
///
/// The continuation is resumed by the I/O thread only, or by whoever finds the mailbox closed.
final class BatchRequest: Sendable {
    typealias Waiter = CheckedContinuation<[PostgresRows], any Error>

    let id: RequestID
    let batch: PostgresBatch
    let deadline: ContinuousClock.Instant
    let place: BatchProgress.Place
    let waiter: Waiter
    /// What lives as long as this does.
    let hold: (any AnyObject & Sendable)?

    init(
        id: RequestID, batch: PostgresBatch, deadline: ContinuousClock.Instant, place: BatchProgress.Place,
        waiter: Waiter, hold: (any AnyObject & Sendable)? = nil
    ) {
        self.id = id
        self.batch = batch
        self.deadline = deadline
        self.place = place
        self.waiter = waiter
        self.hold = hold
    }
}
