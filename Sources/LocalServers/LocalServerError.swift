/// Why a private server could not be found, started, used or stopped.
///
/// ``description`` says what happened, to what, and what to do; it names no secret. ``details`` holds what only the
/// person at the keyboard should see: the end of the server's own log, the output of a tool.
public struct LocalServerError: Error, Sendable {
    /// The kinds of failure; compare with `==`.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        private enum Kind: String {
            case notInstalled, portTaken, folderInUse, folderUnusable, startFailed, stopFailed, toolFailed, system
        }

        private let kind: Kind

        /// A program is missing; the message names the package that brings it.
        public static let notInstalled = Code(kind: .notInstalled)
        /// Another program listens on the port that was asked for.
        public static let portTaken = Code(kind: .portTaken)
        /// Another live process owns the folder.
        public static let folderInUse = Code(kind: .folderInUse)
        /// The folder cannot be created, read or given to the user the server runs as.
        public static let folderUnusable = Code(kind: .folderUnusable)
        /// The server ended, or was not ready in time; ``LocalServerError/details`` has the end of its log.
        public static let startFailed = Code(kind: .startFailed)
        /// The server did not end, not even when killed.
        public static let stopFailed = Code(kind: .stopFailed)
        /// A tool such as `initdb` or `psql` ended with an error.
        public static let toolFailed = Code(kind: .toolFailed)
        /// A system call failed, for example for want of file descriptors.
        public static let system = Code(kind: .system)

        /// The name of the kind, for logs.
        public var description: String { kind.rawValue }
    }

    /// What kind of failure it is.
    public let code: Code
    /// What happened, to what, and what to do.
    public let message: String
    /// The end of a log or the output of a tool; may hold names and statements, never passwords.
    public let details: String?
    /// The error underneath, if there is one.
    public let cause: (any Error)?

    init(_ code: Code, _ message: String, details: String? = nil, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.details = details
        self.cause = cause
    }
}

extension LocalServerError: CustomStringConvertible, CustomDebugStringConvertible {
    /// The message alone.
    public var description: String { message }

    /// The message, the details and the cause.
    public var debugDescription: String {
        var text = "\(code): \(message)"
        if let details, !details.isEmpty { text += "\n\(details)" }
        if let cause { text += "\ncaused by: \(String(reflecting: cause))" }
        return text
    }
}
