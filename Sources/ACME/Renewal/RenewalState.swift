public import Foundation

/// What is remembered of failures, to decide when to try again; a plain value that can be stored.
public struct RenewalState: Sendable, Hashable, Codable {
    /// The last failure, for people.
    public struct Failure: Sendable, Hashable, Codable {
        /// What kind it was.
        public let code: ACMEError.Code
        /// What happened and what to do, without credentials.
        public let text: String
        /// When.
        public let date: Date
    }

    /// How many tries failed since the last success.
    public private(set) var failures = 0
    /// When the authority last looked for a proof in vain, oldest first; at most ``validationsAnHour``.
    public private(set) var failedValidations: [Date] = []
    /// The last failure; nil after a success.
    public private(set) var lastFailure: Failure?
    /// When the last success was.
    public private(set) var lastSuccess: Date?
    /// When the wait after the last failure ends.
    private var waitUntil: Date?

    /// When to try again at the earliest; nil is now.
    public var retryAt: Date? {
        [self.waitUntil, self.validationsLastUntil].compactMap { $0 }.max()
    }

    /// When the authority may be made to look in vain again; nil if it may at any time.
    private var validationsLastUntil: Date? {
        guard self.failedValidations.count == Self.validationsAnHour else { return nil }
        return self.failedValidations.first?.addingTimeInterval(3_600)
    }

    /// Let's Encrypt allows five failed validations an hour, name and account.
    public static let validationsAnHour = 5
    /// The wait after the first failure, in seconds.
    static let firstWait: TimeInterval = 60
    /// The longest wait, in seconds; also after a limit that names no time.
    static let longestWait: TimeInterval = 6 * 3_600
    /// The longest that a limit is believed: Let's Encrypt's are a week.
    static let longestLimit: TimeInterval = 8 * 86_400

    /// Nothing has failed yet.
    public init() {}

    /// Remembers a failure and sets the time of the next try.
    ///
    /// Waits double from a minute to six hours. A limit's own time is kept to, and after five failed validations
    /// within an hour the next try is when the first of them is an hour old.
    ///
    /// - Parameter jitter: From 0 to 1, at random, so that installations do not all come back at once.
    public mutating func failed(_ error: ACMEError, at now: Date, jitter: Double = .random(in: 0...1)) {
        guard error.code != .cancelled else { return }
        self.lastFailure = Failure(code: error.code, text: error.description, date: now)
        guard !error.isHarmless else {
            self.waitUntil = now.addingTimeInterval(Self.firstWait)
            return
        }
        self.failures += 1
        var retry = now.addingTimeInterval(Self.wait(afterFailures: self.failures, jitter: jitter))
        if error.code == .rateLimited {
            let limit = error.retryAfter ?? now.addingTimeInterval(Self.longestWait)
            retry = max(retry, min(limit, now.addingTimeInterval(Self.longestLimit)))
        }
        if error.spendsValidation {
            self.failedValidations = (self.failedValidations + [now]).suffix(Self.validationsAnHour)
        }
        self.waitUntil = retry
    }

    /// Remembers a success, which forgets the failures but not the validations that they spent.
    public mutating func succeeded(at now: Date) {
        self.failures = 0
        self.lastFailure = nil
        self.waitUntil = nil
        self.lastSuccess = now
    }

    private static func wait(afterFailures failures: Int, jitter: Double) -> TimeInterval {
        let share = 0.25
        let doubled = Self.firstWait * pow(2, Double(min(failures, 16) - 1))
        return min(doubled, Self.longestWait / (1 + share)) * (1 + share * min(max(jitter, 0), 1))
    }
}
