/// A `COPY ... FROM STDIN` between the caller's rows and the socket.
///
/// Belongs to the I/O thread. Holds no rows: each piece goes to libpq at once, and the caller is told to bring the next
/// one when the socket has taken all of it.
final class CopyIntake {
    /// Told to bring more (nil), or how many rows the server has taken in.
    typealias Waiter = CheckedContinuation<Int?, any Error>

    /// What the caller wants next.
    struct Order: Sendable {
        enum Step: Sendable {
            case begin(sql: String, place: BatchProgress.Place)
            case data([UInt8])
            case end
        }

        let id: RequestID
        let step: Step
        let waiter: Waiter
    }

    enum Phase {
        /// The server looks whether the text is one statement.
        case checking
        case starting
        case streaming
        /// It was a COPY to us after all; what comes is thrown away.
        case draining
        case ending
        case finished
    }

    /// What arrives while rows are sent is an error or a notice; a notice may come in parts, of which each has this time.
    ///
    /// So much later is a caller told of an error who has more rows. A server that has too few processors stands still
    /// for some tenths of a second between two parts.
    static let noticeGrace = Duration.seconds(1)
    /// How long the end of a COPY that is given up is waited for before the server is asked to cancel it.
    static let endGrace = Duration.milliseconds(100)

    let sql: String
    var phase = Phase.checking
    /// Since when something lies in libpq's buffer that it will not read before the end of the rows.
    var suspectedSince: ContinuousClock.Instant?
    /// How many notices there had been then.
    var noticesAtSuspicion: UInt64 = 0
    /// Nobody waits for the end any more.
    var isAborted = false
    /// The server was told that the rows are complete: whether it kept them is open until it has answered.
    var isComplete = false
    private(set) var failure: PostgresError?
    private(set) var waiterID: RequestID?
    private var waiter: Waiter?
    private var rowCount = 0

    init(sql: String) {
        self.sql = sql
    }

    /// What is known about the rows if the answer never comes.
    var outcome: PostgresError.Outcome { self.isComplete ? .unknown : .rolledBack }

    func fail(_ error: PostgresError) {
        if self.failure == nil { self.failure = error }
    }

    /// Takes the command tag of the server, `COPY 25`.
    func succeed(_ tag: String) {
        self.rowCount = tag.split(separator: " ").last.flatMap { Int($0) } ?? 0
    }

    func wait(_ order: Order) {
        self.waiterID = order.id
        self.waiter = order.waiter
    }

    /// Ends a wait early.
    func stopWaiting(_ error: PostgresError) {
        self.waiter?.resume(throwing: error)
        self.waiter = nil
        self.waiterID = nil
    }

    /// Tells who waits, if there is something to tell.
    func deliver(hasRoom: Bool) {
        guard let waiter = self.waiter else { return }
        switch self.phase {
        case .finished:
            if let failure = self.failure {
                waiter.resume(throwing: failure)
            } else {
                waiter.resume(returning: self.rowCount)
            }
        case .streaming where hasRoom && self.suspectedSince == nil: waiter.resume(returning: nil)
        default: return
        }
        self.waiter = nil
        self.waiterID = nil
    }
}
