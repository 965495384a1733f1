import Testing

/// Waits until a condition holds, and fails if it does not within ten seconds.
func eventually(
    sourceLocation: SourceLocation = #_sourceLocation, _ condition: () async throws -> Bool
) async throws {
    let deadline = ContinuousClock.now + .seconds(10)
    while try await !condition() {
        guard .now < deadline else {
            Issue.record("the condition did not come true in time", sourceLocation: sourceLocation)
            return
        }
        // Between two looks at the condition only; what decides is the condition.
        try await Task.sleep(for: .milliseconds(5))
    }
}
