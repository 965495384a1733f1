import BulkheadHummingbird
import Postgres

/// What a caller is told when the database did not do what was asked: nothing of SQL, and when to come again.
enum DatabaseProblem {
    @Sendable static func problem(_ error: any Error) -> ProblemDetails? {
        guard let error = error as? PostgresError else { return nil }
        switch error.code {
        case .overloaded: return .busy(retryAfter: 1)
        case .connectionFailed, .connectionLost, .shutDown: return .unavailable(retryAfter: 2)
        case .deadlineExceeded: return .deadlineExceeded
        case .cancelled: return .unavailable(retryAfter: 1)
        default: return error.sqlState.flatMap(Self.problem)
        }
    }

    private static func problem(_ state: SQLState) -> ProblemDetails? {
        switch state {
        // The limit of the tenant's tier for one statement.
        case .queryCanceled: return .deadlineExceeded
        // Somebody is at work on the same thing.
        case .lockNotAvailable, .serializationFailure, .deadlockDetected: return .busy(retryAfter: 2)
        default: break
        }
        switch state.conditionClass {
        // Out of memory, disk or connections.
        case "53": return .busy(retryAfter: 2)
        // The server stops or starts, or somebody ended the session.
        case "57": return .unavailable(retryAfter: 2)
        default: return nil
        }
    }
}
