import Postgres

extension PostgresError {
    /// Whether the database could not be asked at all, so that the caller may come again.
    var isUnavailable: Bool {
        switch self.code {
        case .connectionFailed, .overloaded, .shutDown: return true
        case .deadlineExceeded: return self.outcome == .notSent
        default: return self.sqlState == .tooManyConnections || self.sqlState == .cannotConnectNow
        }
    }
}
