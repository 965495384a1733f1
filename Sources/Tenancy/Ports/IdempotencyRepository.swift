/// Answers that are given again when a request is made again.
public protocol IdempotencyRepository: Sendable {
    /// Replaces the stored answer to a request by one that says more, once it is known, unless somebody else has.
    ///
    /// - Parameters:
    ///   - answer: the answer as the caller knows it; another one is left alone.
    ///   - better: what takes its place.
    /// - Returns: the answer that is stored from now on, the same for all who call this at once.
    func improve(_ key: IdempotencyKey, _ answer: StoredAnswer, to better: StoredAnswer) async throws -> StoredAnswer
    /// Removes answers that are out of date, some at a time.
    ///
    /// - Returns: how many.
    func removeExpired() async throws -> Int
}
