import Postgres

extension PostgresQuery {
    /// A statement from a file of ours, sent as it is, once, without a plan of its own.
    init(raw statement: String) {
        self.init(unsafeSQL: statement, isPrepared: false)
    }
}
