import Foundation

/// What went wrong in the last system call of this thread, as text.
func lastSystemError() -> String { String(cString: strerror(errno)) }

extension LocalServerError {
    /// An error for a failed system call; read `errno` before anything else runs.
    static func system(_ what: String) -> LocalServerError {
        LocalServerError(.system, "\(what): \(lastSystemError())")
    }
}
