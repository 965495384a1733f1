import Postgres
import Tenancy

/// Bounds how long a request about a tenant waits for whoever is at the tenant's work.
///
/// A step may take minutes, and holds its run all the while; a request that waited for it would hold a connection as
/// long, and with some of them there would be none left.
enum LockPatience {
    private static let milliseconds = 2000
    private static let retryAfterSeconds = 5

    /// Bounds the waits of the transaction that begins with it.
    static var limit: PostgresQuery { "SELECT set_config('lock_timeout', \("\(Self.milliseconds)ms"), true)" }

    /// Runs `body`, whose transactions begin with ``limit``.
    ///
    /// - Throws: ``DomainError/heldUp(_:retryAfterSeconds:)`` for a wait that took too long; what `body` throws.
    static nonisolated func limited<Value>(_ body: () async throws -> sending Value) async throws -> sending Value {
        do {
            return try await body()
        } catch let error as PostgresError where error.sqlState == .lockNotAvailable {
            throw DomainError.heldUp(
                "A step of the work about this tenant is being carried out; nothing was changed. "
                    + "Send the request again once the step is over.", retryAfterSeconds: Self.retryAfterSeconds)
        }
    }
}
