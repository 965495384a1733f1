/// What went wrong, said twice: safely in ``description``, in full in ``debugDescription``.
///
/// ``description`` holds no key, no value, no address and no credential.
public struct RedisError: Error, Sendable {
    /// The kind of failure.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        private enum Kind: String, Sendable {
            case unavailable, connectionFailed, connectionLost, authenticationFailed, timedOut, cancelled, overloaded
            case shutDown, serverError, protocolViolation, replyTooLarge, unexpectedReply, invalidConfiguration
            case unsupported
        }

        private let kind: Kind

        private init(_ kind: Kind) { self.kind = kind }

        /// The name of the code.
        public var description: String { self.kind.rawValue }

        /// There is no connection at the moment; ``RedisError/cause`` says why, if an attempt has failed.
        public static let unavailable = Code(.unavailable)
        /// A connection could not be opened.
        public static let connectionFailed = Code(.connectionFailed)
        /// The connection broke, or was given up, before the reply came.
        public static let connectionLost = Code(.connectionLost)
        /// The server does not accept the user, the password, or that the user does this.
        public static let authenticationFailed = Code(.authenticationFailed)
        /// The deadline passed before the reply came.
        public static let timedOut = Code(.timedOut)
        /// The task that waited was cancelled.
        public static let cancelled = Code(.cancelled)
        /// Too many commands wait for replies.
        public static let overloaded = Code(.overloaded)
        /// The client is shutting down or has ended.
        public static let shutDown = Code(.shutDown)
        /// The server's reply is an error; see ``RedisError/server``.
        public static let serverError = Code(.serverError)
        /// The server sent something that is no reply, or a reply that nobody asked for.
        public static let protocolViolation = Code(.protocolViolation)
        /// A reply is bigger than ``RedisConfiguration/maximumReplySize``.
        public static let replyTooLarge = Code(.replyTooLarge)
        /// The reply is not of the type that the command promises.
        public static let unexpectedReply = Code(.unexpectedReply)
        /// The URL or the CA file cannot be used.
        public static let invalidConfiguration = Code(.invalidConfiguration)
        /// The request is not possible in this place, such as `SUBSCRIBE` on a shared connection.
        public static let unsupported = Code(.unsupported)
    }

    /// What is known about the effects of the failed command.
    public enum Outcome: Sendable, Hashable {
        /// It never reached the server.
        case notSent
        /// The server has replied with an error.
        case refused
        /// It may have been carried out.
        case unknown
    }

    /// What kind of failure it is.
    public let code: Code
    /// What happened, in words that are safe to show.
    public let message: String
    /// What is known about the effects.
    public let outcome: Outcome
    /// The server's reply, if that is the error.
    public let server: RedisServerError?
    /// The error underneath, if there is one.
    public let cause: (any Error)?

    init(
        _ code: Code, _ message: String, outcome: Outcome, server: RedisServerError? = nil, cause: (any Error)? = nil
    ) {
        self.code = code
        self.message = message
        self.outcome = outcome
        self.server = server
        self.cause = cause
    }
}

extension RedisError: CustomStringConvertible, CustomDebugStringConvertible {
    /// Code and safe sentence.
    public var description: String {
        "RedisError \(self.code): \(self.message)" + (self.server.map { " (\($0.kind.rawValue))" } ?? "")
    }

    /// Everything known, for the logs of an operator.
    public var debugDescription: String {
        var parts = [self.description, "outcome: \(self.outcome)"]
        if let server = self.server { parts.append("server: \(server.message)") }
        if let cause = self.cause { parts.append("cause: [\(String(reflecting: cause))]") }
        return parts.joined(separator: "; ")
    }
}
