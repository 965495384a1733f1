extension PostgresError: CustomStringConvertible, CustomDebugStringConvertible {
    /// Code, safe sentence and condition code.
    ///
    /// No SQL, value, name or address.
    public var description: String {
        var text = "PostgresError \(self.code): \(self.message)"
        if let sqlState = self.sqlState { text += " (SQLSTATE \(sqlState))" }
        return text
    }

    /// Everything known, for the logs of an operator: the server's message, detail, hint and names, and the causes.
    public var debugDescription: String {
        var parts = [self.description, "outcome: \(self.outcome)"]
        if let stage = self.transactionStage { parts.append("stage: \(stage.rawValue)") }
        if let detail = self.internalDetail { parts.append("detail: \(detail)") }
        if let server = self.server { parts += Self.parts(of: server) }
        if let cause = self.cause { parts.append("cause: [\(String(reflecting: cause))]") }
        if let cause = self.rollbackCause { parts.append("rollback: [\(String(reflecting: cause))]") }
        return parts.joined(separator: "; ")
    }

    private static func parts(of server: ServerDetails) -> [String] {
        [
            ("server", server.message), ("server detail", server.detail), ("hint", server.hint),
            ("schema", server.schema), ("table", server.table), ("column", server.column),
            ("constraint", server.constraint),
        ].compactMap { name, value in value.map { "\(name): \($0)" } }
    }
}
