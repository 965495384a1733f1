public import Postgres

/// Prepares a database for Bulkhead: roles, rights, the keeper's functions.
///
/// Runs once, and again after an upgrade.
///
/// Needs a superuser, or on managed services a role with CREATEROLE that owns the database; afterwards Bulkhead runs
/// as `bulkhead_control` and `bulkhead_app` and needs neither.
public struct Installation: Sendable {
    /// What was done and what could not be.
    public struct Report: Sendable {
        /// Roles that did not exist before.
        public var createdRoles: [String] = []
        /// Protections that the installing role may not set up, each with the statement's first words; empty for a
        /// superuser.
        public var refused: [String] = []
    }

    private let client: PostgresClient
    private let database: String

    /// An installation through `client`, which is connected to `database` with the rights described above.
    public init(client: PostgresClient, database: String) {
        self.client = client
        self.database = database
    }

    /// Does everything that is not yet done; sets the passwords that are given.
    ///
    /// - Throws: `PostgresError`; nothing is changed then.
    public func run(passwords: [LoginRole: String] = [:]) async throws -> Report {
        var report = Report()
        let verifiers = try passwords.mapValues { try ScramVerifier(password: $0).text }
        let files = try SQLFile.all(.install)
        report.createdRoles = try await self.client.withTransaction { transaction in
            let created = try await Self.createRoles(verifiers, in: transaction)
            try await self.apply(files[0], as: nil, in: transaction)
            try await self.apply(files[1], as: "bulkhead_keeper", in: transaction)
            try await self.apply(files[2], as: "bulkhead_owner", in: transaction)
            return created
        }
        for statement in try await self.closings() + files[3].statements {
            do {
                _ = try await self.client.query(PostgresQuery(raw: statement))
            } catch let error as PostgresError where error.sqlState == .insufficientPrivilege {
                report.refused.append(String(statement.prefix { $0 != "\n" }))
            }
        }
        return report
    }

    /// The statements that take from everybody what this server still gives to everybody.
    private func closings() async throws -> [String] {
        let rows = try await self.client.query(
            """
            SELECT p.oid::regprocedure::text FROM pg_proc p
            WHERE \(unescaped: ClosedFunctions.condition) AND has_function_privilege('public', p.oid, 'EXECUTE')
            """)
        return try rows.map { "REVOKE EXECUTE ON FUNCTION \(try $0[0].decode(String.self)) FROM PUBLIC" }
    }

    /// Gives a copy of a prepared database the rights that `CREATE DATABASE .. TEMPLATE` does not copy.
    public func restoreDatabaseRights() async throws {
        let file = try SQLFile.all(.install)[0]
        try await self.client.withTransaction { transaction in
            try await self.apply(file, as: nil, in: transaction)
        }
    }

    private func apply(_ file: SQLFile, as role: String?, in transaction: borrowing PostgresTransaction) async throws {
        if let role { _ = try await transaction.query("SET LOCAL ROLE \(identifier: role)") }
        let name = PostgresQuery.quoted(identifier: self.database)
        for statement in file.statements {
            _ = try await transaction.query(PostgresQuery(raw: statement.replacing("{database}", with: name)))
        }
        if role != nil { _ = try await transaction.query("RESET ROLE") }
    }

    private static func createRoles(
        _ verifiers: [LoginRole: String], in transaction: borrowing PostgresTransaction
    ) async throws -> [String] {
        let rows = try await transaction.query("SELECT rolname::text FROM pg_roles WHERE rolname LIKE 'bulkhead\\_%'")
        let present = Set(try rows.map { try $0[0].decode(String.self) })
        let superuser = try await transaction.query("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        let isSuperuser = try superuser.first?[0].decode(Bool.self) ?? false
        var statements: [String] = []
        var created: [String] = []
        for role in ["bulkhead_owner", "bulkhead_keeper"] where !present.contains(role) {
            statements.append("CREATE ROLE \(role) NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS")
            created.append(role)
        }
        for role in LoginRole.allCases {
            if !present.contains(role.rawValue) {
                statements.append("CREATE ROLE \(role.rawValue) \(role.attributes)")
                created.append(role.rawValue)
            }
            if let verifier = verifiers[role] {
                statements.append("ALTER ROLE \(role.rawValue) PASSWORD '\(verifier)'")
            }
        }
        // Only a superuser may hand out BYPASSRLS up to PostgreSQL 15; without it backups are those of the service.
        if isSuperuser { statements.append("ALTER ROLE bulkhead_backup BYPASSRLS") }
        statements.append("GRANT bulkhead_owner TO bulkhead_control")
        if !isSuperuser { statements.append("GRANT bulkhead_owner, bulkhead_keeper TO CURRENT_USER") }
        statements.append("GRANT USAGE ON LANGUAGE plpgsql TO bulkhead_keeper, bulkhead_owner")
        for statement in statements { _ = try await transaction.query(PostgresQuery(raw: statement)) }
        return created
    }
}
