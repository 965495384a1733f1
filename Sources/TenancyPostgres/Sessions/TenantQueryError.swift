import Postgres

/// A statement other than a query was sent as a read.
public struct TenantQueryError: Error, CustomStringConvertible {
    /// What happened and what to do.
    public var description: String {
        "only SELECT, WITH, VALUES and TABLE can be read in one round trip; use withTenant for anything else"
    }
}

/// The transaction of a tenant session had lost its context, or failed, before it was to be committed; it was rolled
/// back.
public struct TenantCommitError: Error, CustomStringConvertible {
    /// What happened.
    public var description: String {
        "the transaction was rolled back: before it was to be committed a statement had failed or dropped its context"
    }
}

extension PostgresQuery {
    /// Whether the statement is a query by its first word; a message of the extended protocol holds only one statement.
    var isPlainQuery: Bool {
        let text = self.sql.drop { $0.isWhitespace || $0 == "(" }
        let word = text.prefix { $0.isASCII && $0.isLetter }.uppercased()
        return ["SELECT", "WITH", "VALUES", "TABLE"].contains(word)
    }
}
