/// What callers and helper threads tell the I/O thread.
enum Message: Sendable {
    case batch(BatchRequest)
    case lease(LeaseRequest)
    case leaseBatch(LeaseID, BatchRequest)
    case copy(LeaseID, sql: String)
    case copyNext(LeaseID, RequestID, CopyTransfer.Waiter)
    case copyIn(LeaseID, CopyIntake.Order)
    case copyStop(LeaseID, CheckedContinuation<Void, Never>)
    case release(LeaseID, LeaseRelease)
    case cancel(RequestID)
    case cancelSent(LeaseID)
    case connected(ConnectionID, Result<ServerLink, PostgresError>)
    case subscribe(NotificationInbox)
    case unsubscribe(RequestID)
    case alarm(ContinuousClock.Instant, @Sendable () -> Void)
    case shutDown(isGraceful: Bool)

    /// Answers a message that nobody will act on.
    func refuse(_ error: PostgresError) {
        switch self {
        case .batch(let request), .leaseBatch(_, let request): request.waiter.resume(throwing: error)
        case .lease(let request): request.waiter.resume(throwing: error)
        case .copyNext(_, _, let waiter): waiter.resume(throwing: error)
        case .copyIn(_, let order): order.waiter.resume(throwing: error)
        case .copyStop(_, let waiter): waiter.resume()
        case .release(_, let release): release.waiter?.resume(returning: error)
        case .subscribe(let inbox): inbox.finish()
        case .alarm(_, let body): body()
        case .copy, .cancel, .cancelSent, .connected, .unsubscribe, .shutDown: break
        }
    }
}

/// A batch that waits for a connection, and how often it was sent.
struct QueuedBatch: PooledRequest {
    let request: BatchRequest
    var attempt = 1

    var id: RequestID { self.request.id }
    var planScope: String? { self.request.batch.planScope }
    var deadline: ContinuousClock.Instant { self.request.deadline }
}
