import Testing

@testable import Postgres

@Suite struct PreparedStatementsTests {
    private func key(_ sql: String, scope: String? = nil) -> StatementKey {
        StatementKey(scope: scope, sql: sql)
    }

    @Test func textAndScopeMakeTheKey() {
        var statements = PreparedStatements(capacity: 10)
        let first = statements.use(self.key("SELECT 1", scope: "a"))
        #expect(first.isNew)
        #expect(!statements.use(self.key("SELECT 1", scope: "a")).isNew)
        #expect(statements.use(self.key("SELECT 1", scope: "b")).isNew)
        #expect(statements.use(self.key("SELECT 1")).isNew)
        #expect(statements.count == 3)
    }

    @Test func whatWasNotUsedForLongestGoes() {
        var statements = PreparedStatements(capacity: 2)
        let first = statements.use(self.key("1")).statement
        let second = statements.use(self.key("2")).statement
        _ = statements.use(self.key("1"))
        _ = statements.use(self.key("3"))
        #expect(statements.evicted == [second.name])
        #expect(!statements.use(self.key("1")).isNew)
        #expect(statements.use(self.key("1")).statement === first)
    }

    @Test func namesAreDeallocatedSeveralAtATime() {
        var statements = PreparedStatements(capacity: 1)
        for number in 1...3 { _ = statements.use(self.key("\(number)")) }
        #expect(statements.takeEvicted(atLeast: 3).isEmpty)
        #expect(statements.takeEvicted(atLeast: 2).count == 2)
        #expect(statements.evicted.isEmpty)
        statements.evictAgain(["s9"])
        #expect(statements.takeEvicted(atLeast: 1) == ["s9"])
    }

    @Test func aForgottenStatementIsParsedAgainUnderAnotherName() {
        var statements = PreparedStatements(capacity: 4)
        let old = statements.use(self.key("1")).statement
        statements.forget(old, isOnServer: true)
        #expect(statements.evicted == [old.name])
        let new = statements.use(self.key("1"))
        #expect(new.isNew)
        #expect(new.statement.name != old.name)
        statements.forget(old, isOnServer: true)
        #expect(!statements.use(self.key("1")).isNew)
    }

    @Test func withoutNamesOnlyTheCostIsKept() {
        var statements = PreparedStatements(capacity: 0)
        let statement = statements.use(self.key("1")).statement
        #expect(statement.name == nil)
        statement.isQuick = true
        #expect(statements.use(self.key("1")).statement.isQuick)
    }

    @Test func theScopeIsAHarmlessComment() {
        let statement = PreparedStatement(key: self.key("SELECT 1", scope: "a*/; DROP--\n\"é"), name: nil)
        #expect(statement.textWithScope == "SELECT 1 /* a____DROP--___ */")
        #expect(PreparedStatement(key: self.key("SELECT 1"), name: nil).textWithScope == "SELECT 1")
    }
}
