extension LocalPostgres {
    /// A libpq connection URI over TCP; without a user, the superuser's with its password.
    public func uri(user: String? = nil, password: String? = nil, database: String = "postgres") -> String {
        ConnectionURI(
            user: user ?? superuser, password: user == nil ? superuserPassword : password, port: port,
            database: database
        ).text
    }

    /// Runs statements with `psql` and returns what it prints, one row a line, the columns separated by `|`.
    ///
    /// Each statement is a transaction of its own. Without a user, the superuser runs them.
    ///
    /// - Throws: ``LocalServerError`` with code `toolFailed` and psql's message in the details.
    @discardableResult
    public func execute(
        _ statements: String..., database: String = "postgres", user: String? = nil, password: String? = nil
    ) async throws -> String {
        let psql = Psql(
            program: installation.program("psql"), user: user ?? superuser,
            password: user == nil ? superuserPassword : password ?? "", port: port, database: database)
        return try await psql.execute(statements)
    }
}
