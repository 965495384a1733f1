import Testing

/// Waits until a condition holds, and records an issue at the caller's line when it does not in time.
///
/// Asks again and again; the one place where these tests sleep.
func eventually(
    within limit: Duration = .seconds(10), sourceLocation: SourceLocation = #_sourceLocation,
    _ condition: () async throws -> Bool
) async throws {
    let deadline = ContinuousClock.now + limit
    while try await !condition() {
        guard ContinuousClock.now < deadline else {
            Issue.record("The condition did not become true within \(limit).", sourceLocation: sourceLocation)
            return
        }
        // Polling: the things waited for tell nobody when they become true.
        try await Task.sleep(for: .milliseconds(1))
    }
}
