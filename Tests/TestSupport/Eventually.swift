public import Testing

/// Waits until a condition holds, and records an issue at the caller's line when it does not in time.
///
/// The one place where a test sleeps: for conditions in other processes, which tell nobody when they become true.
/// What has an event - a task, a stream, a process of ours - is awaited instead.
///
/// - Parameters:
///   - limit: How long to wait at most.
///   - sourceLocation: Where the issue is recorded.
///   - condition: Asked again and again; what it throws ends the wait.
public func eventually(
    within limit: Duration = .seconds(10), sourceLocation: SourceLocation = #_sourceLocation,
    _ condition: () async throws -> Bool
) async throws {
    let clock = ContinuousClock()
    let deadline = clock.now + limit
    var pause = Duration.milliseconds(2)
    while try await !condition() {
        guard clock.now < deadline else {
            Issue.record("The condition did not become true within \(limit).", sourceLocation: sourceLocation)
            return
        }
        // Polling, see above; longer and longer, so that a slow machine is not kept busy by the question.
        try await Task.sleep(for: pause)
        pause = min(pause * 2, .milliseconds(100))
    }
}
