/// Answers that are given again when a request is made again.
public protocol IdempotencyRepository: Sendable {
    /// Replaces the stored answer to a request by one that says more, once it is known.
    func improve(_ key: IdempotencyKey, answer: StoredAnswer) async throws
    /// Removes answers that are out of date, some at a time.
    ///
    /// - Returns: how many.
    func removeExpired() async throws -> Int
}
