public import Postgres

/// A question to the system catalog whose every answer is a hole in the isolation.
///
/// They are asked after every migration and by `bulkhead doctor`; the numbers in the comments below are not needed to
/// read them, the titles are what people see.
public struct CatalogGuard: Sendable, Hashable {
    /// What is wrong if there is an answer.
    public let title: String
    /// Answers with one column of text: the offending objects.
    public let sql: String

    /// One hole.
    public struct Finding: Sendable, Hashable, CustomStringConvertible {
        /// The title of the guard.
        public let title: String
        /// The offending object.
        public let object: String
        /// Both, for people.
        public var description: String { "\(self.title): \(self.object)" }
    }

    /// Asks every guard.
    public static func findings(in transaction: borrowing PostgresTransaction) async throws -> [Finding] {
        try Self.read(try await transaction.execute(Self.all.map { PostgresQuery(raw: $0.sql) }))
    }

    /// Asks every guard, on a connection that may read the system catalog.
    public static func findings(on client: PostgresClient) async throws -> [Finding] {
        try Self.read(try await client.execute(PostgresBatch(Self.all.map { PostgresQuery(raw: $0.sql) })))
    }

    private static func read(_ answers: [PostgresRows]) throws -> [Finding] {
        var findings: [Finding] = []
        for (guardian, rows) in zip(Self.all, answers) {
            for row in rows {
                findings.append(Finding(title: guardian.title, object: try row.decode(String.self)))
            }
        }
        return findings
    }
}
