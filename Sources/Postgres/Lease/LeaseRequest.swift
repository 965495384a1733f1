/// Names a lease, from the request for it to its end.
struct LeaseID: Hashable, Sendable {
    let rawValue: RequestID
}

/// A task that waits for a connection of its own.
///
/// Never changed after it is made.
final class LeaseRequest: LeaseWaiter, Sendable {
    let id: RequestID
    let deadline: ContinuousClock.Instant
    let waiter: CheckedContinuation<Void, any Error>

    init(id: RequestID, deadline: ContinuousClock.Instant, waiter: CheckedContinuation<Void, any Error>) {
        self.id = id
        self.deadline = deadline
        self.waiter = waiter
    }

    var leaseID: LeaseID { LeaseID(rawValue: self.id) }
}

/// The end of a lease.
struct LeaseRelease: Sendable {
    /// Whether the session is cleaned with DISCARD ALL.
    var discards: Bool
    /// Resumed when the connection is idle again or gone, with the error of the rollback if that failed.
    var waiter: CheckedContinuation<PostgresError?, Never>?
}
