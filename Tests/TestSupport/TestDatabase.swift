public import LocalServers

/// A database that belongs to one test.
public struct TestDatabase: Sendable {
    /// Its name; needs no quotes in SQL.
    public let name: String
    /// The server it is on.
    public let cluster: LocalPostgres

    /// Names a database that exists.
    public init(name: String, cluster: LocalPostgres) {
        self.name = name
        self.cluster = cluster
    }

    /// A libpq URI for the superuser.
    public var uri: String { cluster.uri(database: name) }

    /// A libpq URI for another role.
    public func uri(user: String, password: String?) -> String {
        cluster.uri(user: user, password: password, database: name)
    }

    /// Runs statements with `psql` as the superuser, each in a transaction of its own; returns rows as lines.
    @discardableResult
    public func execute(_ statements: String...) async throws -> String {
        var output = ""
        for statement in statements {
            let text = try await cluster.execute(statement, database: name)
            if !text.isEmpty { output += (output.isEmpty ? "" : "\n") + text }
        }
        return output
    }

    /// A name that no other test has.
    public static func newName() -> String { "test_" + String(UInt64.random(in: .min ... .max), radix: 36) }

    /// Ends all sessions and removes the database.
    func drop() async throws {
        let cluster = cluster
        let name = name
        // In a task of its own, so that a test stopped by its time limit still cleans up.
        _ = try await Task { try await cluster.execute("DROP DATABASE IF EXISTS \(name) WITH (FORCE)") }.value
    }
}
