import Synchronization

/// The digests by which the server knows scripts.
final class ScriptDigests: Sendable {
    private let digests = Mutex<[RedisScript: String]>([:])

    init() {}

    subscript(script: RedisScript) -> String? {
        get { self.digests.withLock { $0[script] } }
        set { self.digests.withLock { $0[script] = newValue } }
    }
}

extension RedisClient {
    /// Runs a script, as a rule by its digest alone (`EVALSHA`).
    ///
    /// A script that this client runs for the first time is loaded before, which is one more round trip. A server that
    /// has forgotten it (`NOSCRIPT`: it has run nothing) gets the text (`EVAL`).
    ///
    /// - Parameters:
    ///   - script: the script.
    ///   - keys: the keys it touches, `KEYS` in the script.
    ///   - arguments: `ARGV` in the script.
    ///   - deadline: for everything together.
    /// - Throws: ``RedisError``.
    public func evaluate(
        _ script: RedisScript, keys: [String] = [], arguments: [RedisArgument] = [],
        deadline: ContinuousClock.Instant? = nil
    ) async throws -> RedisValue {
        let deadline = deadline ?? .now + self.configuration.defaultDeadline
        let rest = [.integer(Int64(keys.count))] + keys.map { .text($0) } + arguments
        let digest = try await self.digest(of: script, deadline)
        do {
            return try await self.send(RedisCommand("EVALSHA", arguments: [.text(digest)] + rest), deadline: deadline)
        } catch let error as RedisError where error.server?.kind == .noScript {
            let command = RedisCommand("EVAL", arguments: [.text(script.source)] + rest)
            return try await self.send(command, deadline: deadline)
        }
    }

    private func digest(of script: RedisScript, _ deadline: ContinuousClock.Instant) async throws -> String {
        if let known = self.digests[script] { return known }
        let reply = try await self.send(RedisCommand("SCRIPT", "LOAD", .text(script.source)), deadline: deadline)
        guard let digest = reply.text else { throw RedisError.unexpectedReply("a digest") }
        self.digests[script] = digest
        return digest
    }
}
