/// Runs clean-up to its end even when the task that asks for it is cancelled.
///
/// The caller waits for it, so nothing is left running behind its back.
func uncancelled<Value: Sendable>(_ body: @escaping @Sendable () async throws -> Value) async throws -> Value {
    // A task of its own, because a child task would inherit the cancellation.
    try await Task { try await body() }.value
}
