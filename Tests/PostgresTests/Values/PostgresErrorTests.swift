import Testing

@testable import Postgres

@Suite struct PostgresErrorTests {
    private func error(_ state: SQLState, outcome: PostgresError.Outcome = .rolledBack) -> PostgresError {
        var server = PostgresError.ServerDetails()
        server.message = "duplicate key value (ann@example.com)"
        server.detail = "Key (email)=(ann@example.com) already exists."
        server.constraint = "clients_email_key"
        server.table = "clients"
        return PostgresError(
            .serverError, "The database refused a statement.", sqlState: state, server: server, outcome: outcome)
    }

    @Test func descriptionsAreSafe() {
        let error = self.error(.uniqueViolation)
        for text in ["\(error)", error.description, error.message] {
            #expect(!text.contains("ann@") && !text.contains("clients"))
        }
        #expect("\(error)".contains("23505"))
        #expect(String(reflecting: error).contains("clients_email_key"))
        #expect(error.constraint == "clients_email_key")
        #expect(error.table == "clients")
    }

    @Test func causesAreKeptApart() {
        let error = PostgresError(
            .rollbackFailed, "both", outcome: .rolledBack, stage: .rollback, cause: self.error(.uniqueViolation),
            rollbackCause: PostgresError.connectionLost(.unknown, "gone"))
        let text = String(reflecting: error)
        #expect(text.contains("23505") && text.contains("gone") && text.contains("stage: rollback"))
    }

    @Test func onlyWhatIsKnownToBeUndoneMayBeRetried() {
        #expect(self.error(.serializationFailure).isRetryable)
        #expect(self.error(.deadlockDetected).isRetryable)
        #expect(self.error(.adminShutdown).isRetryable)
        #expect(!self.error(.adminShutdown, outcome: .unknown).isRetryable)
        #expect(!self.error(.uniqueViolation).isRetryable)
        #expect(!self.error(.queryCanceled).isRetryable)
        #expect(PostgresError.overloaded.isRetryable)
        #expect(!PostgresError.connectionLost(.unknown, nil).isRetryable)
        #expect(PostgresError.connectionLost(.notSent, nil).isRetryable)
        #expect(!PostgresError.shutDown.isRetryable)
    }

    @Test func theConditionOfARefusedConnectionIsRead() {
        let refused =
            "connection to server at \"127.0.0.1\", port 5 failed: FATAL:  28P01: password authentication failed"
        #expect(Connector.sqlState(in: refused) == .invalidPassword)
        #expect(Connector.sqlState(in: "connection refused\nIs the server running?") == nil)
        let several = "FATAL:  57P03: starting up\nconnection to server: FATAL:  3D000: no such database"
        #expect(Connector.sqlState(in: several) == .undefinedDatabase)
    }

    @Test func waitsAreRoundedUp() {
        #expect(Duration.microseconds(1).millisecondsRoundedUp == 1)
        #expect(Duration.milliseconds(7).millisecondsRoundedUp == 7)
        #expect(Duration.zero.millisecondsRoundedUp == 0)
        #expect(Duration.seconds(-3).millisecondsRoundedUp == 0)
        #expect(Duration.seconds(1 << 40).millisecondsRoundedUp == 1_000_000_000)
    }
}
