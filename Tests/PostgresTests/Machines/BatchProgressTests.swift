import Testing

@testable import Postgres

@Suite struct BatchProgressTests {
    private func error(_ state: SQLState, severity: String = "ERROR") -> PostgresError {
        var server = PostgresError.ServerDetails()
        server.severity = severity
        return PostgresError(.serverError, "no", sqlState: state, server: server, outcome: .unknown)
    }

    /// The verdict in words: code and outcome, or nil for success.
    private func read(_ verdict: BatchProgress.Verdict) -> String {
        switch verdict {
        case .acknowledged: "acknowledged"
        case .failed(let error): "failed \(error.code) \(error.outcome)"
        case .stale(let error): "stale \(error.outcome)"
        case .leftOpen(let error): "left open \(error.outcome)"
        }
    }

    private func implicit(_ tags: String..., status: SessionStatus? = .idle) -> String {
        var progress = BatchProgress(place: .shared, isExplicit: false)
        for tag in tags { progress.answered(.statement, tag: tag) }
        return self.read(progress.verdict(status: status))
    }

    private func explicit(_ tags: [String], commit: String, status: SessionStatus? = .idle) -> String {
        var progress = BatchProgress(place: .shared, isExplicit: true)
        progress.answered(.begin, tag: "BEGIN")
        for tag in tags { progress.answered(.statement, tag: tag) }
        progress.answered(.commit, tag: commit)
        return self.read(progress.verdict(status: status))
    }

    @Test func anIdleServerAcknowledges() {
        #expect(self.implicit("SELECT 1", "INSERT 0 1") == "acknowledged")
        #expect(self.implicit("SELECT 1", status: nil) == "acknowledged")
        #expect(self.explicit(["UPDATE 1"], commit: "COMMIT") == "acknowledged")
    }

    @Test(arguments: [SessionStatus.inTransaction, .inFailedTransaction, .unknown])
    func aServerThatIsNotIdleDoesNot(status: SessionStatus) {
        #expect(self.implicit("SELECT 1", status: status) == "left open rolledBack")
    }

    @Test(arguments: ["BEGIN", "START TRANSACTION"])
    func anInjectedBeginIsSeenWhileOthersAreInFlight(tag: String) {
        #expect(self.implicit("SELECT 1", tag, status: nil) == "left open rolledBack")
        #expect(self.implicit(tag, "COMMIT", status: nil) == "left open unknown")
        #expect(self.explicit([tag], commit: "COMMIT", status: nil) == "left open unknown")
    }

    @Test(arguments: ["COMMIT", "ROLLBACK", "PREPARE TRANSACTION"])
    func anInjectedCommitIsNotAcknowledged(tag: String) {
        #expect(self.implicit("SELECT 1", tag, "SELECT 1") == "failed transactionLeftOpen unknown")
        #expect(self.explicit([tag], commit: "COMMIT") == "failed transactionLeftOpen unknown")
    }

    @Test func aCommitThatRollsBackIsAFailure() {
        #expect(self.explicit(["SELECT 1"], commit: "ROLLBACK") == "failed transactionRolledBack rolledBack")
    }

    @Test func theFirstErrorCounts() {
        var progress = BatchProgress(place: .shared, isExplicit: false)
        progress.failed(.statement, self.error(.uniqueViolation), isStale: false)
        progress.failed(.end, self.error(.deadlockDetected), isStale: false)
        #expect(progress.failure?.sqlState == .uniqueViolation)
        #expect(self.read(progress.verdict(status: .idle)) == "failed serverError rolledBack")
    }

    @Test func anErrorAfterAnInjectedCommitLeavesTheOutcomeOpen() {
        var progress = BatchProgress(place: .shared, isExplicit: false)
        progress.answered(.statement, tag: "COMMIT")
        progress.failed(.statement, self.error(.undefinedPreparedStatement), isStale: true)
        #expect(self.read(progress.verdict(status: .idle)) == "failed serverError unknown")
    }

    @Test func aStalePlanIsSentAgain() {
        var progress = BatchProgress(place: .shared, isExplicit: false)
        progress.failed(.statement, self.error(.featureNotSupported), isStale: true)
        #expect(self.read(progress.verdict(status: .idle)) == "stale rolledBack")
    }

    @Test func aDeathAtTheEndLeavesTheOutcomeOpen() {
        for (step, outcome) in [(BatchProgress.Step.end, "unknown"), (.commit, "unknown"), (.statement, "rolledBack")] {
            var progress = BatchProgress(place: .shared, isExplicit: true)
            progress.failed(step, self.error(.adminShutdown, severity: "FATAL"), isStale: false)
            #expect(self.read(progress.verdict(status: .idle)) == "failed serverError \(outcome)")
        }
    }

    @Test func aTransactionMustNotBeEndedFromInside() {
        for (tag, status, verdict) in [
            ("COMMIT", SessionStatus.idle, "failed transactionLeftOpen unknown"),
            ("COMMIT", .inTransaction, "failed transactionLeftOpen unknown"),
            ("ROLLBACK", .idle, "failed transactionLeftOpen unknown"), ("ROLLBACK", .inTransaction, "acknowledged"),
            ("SAVEPOINT", .inTransaction, "acknowledged"),
        ] {
            var progress = BatchProgress(place: .transaction, isExplicit: false)
            progress.answered(.statement, tag: tag)
            #expect(self.read(progress.verdict(status: status)) == verdict)
        }
    }

    @Test func aLeaseMayControlItsTransaction() {
        var progress = BatchProgress(place: .leased, isExplicit: false)
        progress.answered(.statement, tag: "BEGIN")
        #expect(self.read(progress.verdict(status: .inTransaction)) == "acknowledged")
    }
}
