/// One question, and whom to ask it.
struct Query: Sendable {
    /// As in a zone file, without the final dot.
    var name: String
    var type: QuestionType
    /// `address:port`, asked in turn until one answers; empty is the servers of the system.
    var servers: [String]
    /// Whether the server is to find out what it does not know.
    ///
    /// One that is not asked to is authoritative, and what it refuses is its answer; of others the next one is asked.
    var isRecursive: Bool
    /// For the first attempt; longer for each further one.
    var timeout: Duration
    /// How many attempts at each server.
    var tries: Int
    /// Until when all of it may take.
    var deadline: ContinuousClock.Instant
}

/// How a question ended.
enum QueryOutcome: Sendable {
    /// There is a message that answers it, whatever it says.
    case message([UInt8])
    /// There is none: a status of c-ares.
    case status(Int32)
    /// The deadline came first.
    case expired
    /// Nobody waits for it any more.
    case cancelled
}
