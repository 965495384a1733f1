/// What a pooler's console answered, row by row, by column.
///
/// Columns are looked up by name: releases add some, and move others.
public struct PoolerAnswers: Sendable {
    /// A row: the texts of its cells by column.
    public typealias Row = [String: String]

    /// An answer in which something is missing.
    public struct Unknown: Error, Sendable, Hashable, CustomStringConvertible {
        /// What is missing.
        public let description: String
    }

    /// What to ask, in the order in which ``init(_:)`` takes the answers.
    public static let questions = ["SHOW VERSION", "SHOW CONFIG", "SHOW DATABASES", "SHOW POOLS", "SHOW STATS"]

    private let version: [Row]
    private let settings: [Row]
    private let databases: [Row]
    private let pools: [Row]
    private let stats: [Row]

    /// The answers to ``questions``.
    ///
    /// - Throws: ``Unknown`` if one is missing.
    public init(_ answers: [[Row]]) throws(Unknown) {
        guard answers.count == Self.questions.count else {
            throw Unknown(description: "\(answers.count) answers to \(Self.questions.count) questions")
        }
        self.version = answers[0]
        self.settings = answers[1]
        self.databases = answers[2]
        self.pools = answers[3]
        self.stats = answers[4]
    }

    /// The figures.
    ///
    /// - Throws: ``Unknown`` if a column is missing: this is not PgBouncer's console, or one of a release not known.
    public func status() throws(Unknown) -> PoolerStatus {
        let said = try Self.text("version", self.version.first ?? [:])
        let version = PoolerVersion(said)
        var pools: [PoolerStatus.Pool] = []
        for row in self.pools where row["database"] != Self.own { pools.append(try Self.pool(row)) }
        var databases: [PoolerStatus.Database] = []
        for row in self.databases where row["name"] != Self.own { databases.append(try self.database(row)) }
        var status = PoolerStatus(
            version: version?.description ?? said,
            maximumClients: self.setting("max_client_conn").flatMap { Int($0) } ?? 0,
            pools: pools, databases: databases, warnings: [])
        status.warnings =
            PoolerConcerns(
                status: status, version: version, mode: self.setting("pool_mode"),
                preparedStatements: self.setting("max_prepared_statements")
            ).lines
        return status
    }

    /// The database behind the console.
    private static let own = "pgbouncer"

    private func setting(_ name: String) -> String? {
        self.settings.first { $0["key"] == name }?["value"]
    }

    private static func pool(_ row: Row) throws(Unknown) -> PoolerStatus.Pool {
        let seconds = try self.number("maxwait", row)
        let microseconds = try self.number("maxwait_us", row)
        return PoolerStatus.Pool(
            database: try self.text("database", row), user: try self.text("user", row),
            clientsActive: try self.number("cl_active", row), clientsWaiting: try self.number("cl_waiting", row),
            longestWait: Double(seconds) + Double(microseconds) / 1_000_000,
            serversActive: try self.number("sv_active", row),
            serversIdle: try self.number("sv_idle", row) + self.number("sv_used", row) + self.number("sv_tested", row),
            serversOpening: try self.number("sv_login", row), mode: try self.text("pool_mode", row))
    }

    private func database(_ row: Row) throws(Unknown) -> PoolerStatus.Database {
        let name = try Self.text("name", row)
        var traffic = PoolerStatus.Traffic()
        if let totals = self.stats.first(where: { $0["database"] == name }) {
            traffic.transactions = try Self.number("total_xact_count", totals)
            traffic.statements = try Self.number("total_query_count", totals)
            traffic.received = try Self.number("total_received", totals)
            traffic.sent = try Self.number("total_sent", totals)
            traffic.transactionTime = try Self.number("total_xact_time", totals)
            traffic.waitTime = try Self.number("total_wait_time", totals)
        }
        return PoolerStatus.Database(
            name: name, poolSize: try Self.number("pool_size", row),
            connections: try Self.number("current_connections", row), isPaused: try Self.number("paused", row) != 0,
            isDisabled: try Self.number("disabled", row) != 0, traffic: traffic)
    }

    private static func text(_ column: String, _ row: Row) throws(Unknown) -> String {
        guard let text = row[column] else {
            throw Unknown(description: "the console's answer has no \(column); is this PgBouncer's console?")
        }
        return text
    }

    private static func number(_ column: String, _ row: Row) throws(Unknown) -> Int {
        let text = try self.text(column, row)
        guard let number = Int(text) else {
            throw Unknown(description: "\(column) is no number in the console's answer")
        }
        return number
    }
}
