extension RedisError {
    static func unavailable(_ cause: RedisError?) -> RedisError {
        RedisError(.unavailable, "There is no connection to Redis at the moment.", outcome: .notSent, cause: cause)
    }

    static func connectionFailed(_ cause: any Error) -> RedisError {
        RedisError(.connectionFailed, "No connection to Redis could be opened.", outcome: .notSent, cause: cause)
    }

    static func connectionLost(_ outcome: Outcome, _ cause: (any Error)? = nil) -> RedisError {
        RedisError(.connectionLost, "The connection to Redis broke.", outcome: outcome, cause: cause)
    }

    /// The connection has not answered for too long.
    static let stalled = RedisError(
        .connectionLost, "Redis did not answer; the connection was given up.", outcome: .unknown)

    /// The server has ended in the middle of a reply.
    static let cutOff = RedisError(
        .protocolViolation, "Redis closed the connection in the middle of a reply.", outcome: .unknown)

    static func timedOut(_ outcome: Outcome) -> RedisError {
        RedisError(.timedOut, "Redis did not answer before the deadline.", outcome: outcome)
    }

    static func cancelled(_ outcome: Outcome) -> RedisError {
        RedisError(.cancelled, "The task that waited for Redis was cancelled.", outcome: outcome)
    }

    static let overloaded = RedisError(
        .overloaded, "Too many commands wait for Redis; try again later.", outcome: .notSent)

    static let shutDown = RedisError(.shutDown, "The Redis client is shutting down.", outcome: .notSent)

    static func server(_ error: RedisServerError) -> RedisError {
        RedisError(
            error.kind == .noAuthentication ? .authenticationFailed : .serverError,
            "Redis refused the command.", outcome: .refused, server: error)
    }

    /// The server does not want this client.
    ///
    /// What it said is left out: an old server repeats the arguments of `AUTH`.
    static func refused(_ error: RedisServerError) -> RedisError {
        RedisError(
            .authenticationFailed,
            "Redis refused the user, the password or what the user asked for; check the URL and the access list.",
            outcome: .notSent, server: RedisServerError(line: error.kind.rawValue))
    }

    static func protocolViolation(_ message: String) -> RedisError {
        RedisError(.protocolViolation, message, outcome: .unknown)
    }

    static func replyTooLarge(limit: Int) -> RedisError {
        RedisError(.replyTooLarge, "A reply of Redis is bigger than \(limit) bytes.", outcome: .unknown)
    }

    static func unexpectedReply(_ expected: String) -> RedisError {
        RedisError(.unexpectedReply, "The reply of Redis is not \(expected).", outcome: .unknown)
    }

    static func invalidConfiguration(_ message: String, cause: (any Error)? = nil) -> RedisError {
        RedisError(.invalidConfiguration, message, outcome: .notSent, cause: cause)
    }

    static func unsupported(_ message: String) -> RedisError {
        RedisError(.unsupported, message, outcome: .notSent)
    }
}
