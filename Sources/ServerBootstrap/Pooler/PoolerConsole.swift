public import PgBouncer
import Postgres

/// Asks a pooler how it is doing.
public struct PoolerConsole: Sendable {
    private let url: DatabaseURL
    private let timeout: Duration

    /// A console.
    ///
    /// - Parameters:
    ///   - url: its address; the database is `pgbouncer`, the user one of `stats_users`.
    ///   - timeout: how long a question may take, connecting included.
    public init(url: DatabaseURL, timeout: Duration = .seconds(5)) {
        self.url = url
        self.timeout = timeout
    }

    /// Its figures at this moment.
    ///
    /// - Throws: `PostgresError` if it cannot be asked; ``PoolerAnswers/Unknown`` if its answers mean nothing.
    public func status() async throws -> PoolerStatus {
        let answers = try await PostgresConsole.run(
            PoolerAnswers.questions, connectionString: self.url.text, timeout: self.timeout)
        return try PoolerAnswers(try answers.map { try $0.map(Self.cells) }).status()
    }

    private static func cells(_ row: PostgresRow) throws -> PoolerAnswers.Row {
        var cells: PoolerAnswers.Row = [:]
        for (index, column) in row.columns.enumerated() {
            guard let text = try row[index].decode(String?.self) else { continue }
            cells[column.name] = text
        }
        return cells
    }
}
