import Foundation

extension LocalPostgres {
    /// A libpq connection URI over TCP; without a user, the superuser's with its password.
    public func uri(user: String? = nil, password: String? = nil, database: String = "postgres") -> String {
        ConnectionURI(
            user: user ?? superuser, password: user == nil ? superuserPassword : password, port: port,
            database: database
        ).text
    }

    /// Runs statements with `psql`, each in a transaction of its own, and returns what it prints, one row a line and
    /// the columns separated by `|`.
    ///
    /// For preparing servers, where no client library of ours is at hand.
    ///
    /// - Throws: ``LocalServerError`` with code `toolFailed` and psql's message in the details.
    @discardableResult
    public func execute(
        _ statements: String..., database: String = "postgres", user: String? = nil, password: String? = nil
    ) async throws -> String {
        let program = installation.binDirectory.appendingPathComponent("psql").path
        let target = ConnectionURI(user: user ?? superuser, password: nil, port: port, database: database).text
        let options = ["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", target]
        let tool = Tool(
            arguments: [program] + options + statements.flatMap { ["-c", $0] },
            environment: ["PGPASSWORD": user == nil ? superuserPassword : password ?? ""])
        let output = try await tool.output(for: "Running SQL on the server at port \(port)")
        return output.hasSuffix("\n") ? String(output.dropLast()) : output
    }
}
