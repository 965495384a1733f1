import Foundation
import Postgres
public import Tenancy

/// One tenant's clients in its `clients` table.
public struct PostgresClientRepository: ClientRepository {
    private static let columns: PostgresQueryPart = "id, name, email, phone, notes, version, created_at, updated_at"

    private let database: TenantDatabase

    /// A repository through `database`.
    public init(database: TenantDatabase) {
        self.database = database
    }

    /// See ``ClientRepository/clients(_:in:)``.
    public func clients(_ page: PageRequest, in access: TenantAccess) async throws -> Page<Client> {
        let tenant = access.tenant.uuid
        let query: PostgresQuery
        if let cursor = page.cursor {
            query = """
                SELECT \(part: Self.columns) FROM clients
                WHERE tenant_id = \(tenant)::uuid
                  AND (created_at, id) > (\(cursor.timestamp)::timestamptz, \(cursor.id)::uuid)
                ORDER BY tenant_id, created_at, id LIMIT \(literal: page.limit + 1)
                """
        } else {
            query = """
                SELECT \(part: Self.columns) FROM clients WHERE tenant_id = \(tenant)::uuid
                ORDER BY tenant_id, created_at, id LIMIT \(literal: page.limit + 1)
                """
        }
        let rows = try await self.database.read([query], in: access).first
        let clients = try rows?.map(Self.client) ?? []
        return Page(cutting: clients, to: page.limit) { PageCursor(after: $0.createdAt, id: $0.id.uuid) }
    }

    /// See ``ClientRepository/client(_:in:)``.
    public func client(_ id: ClientID, in access: TenantAccess) async throws -> Client? {
        let answers = try await self.database.read(
            [
                """
                SELECT \(part: Self.columns) FROM clients
                WHERE tenant_id = \(access.tenant.uuid)::uuid AND id = \(id.uuid)::uuid
                """
            ], in: access)
        return try answers.first?.first.map(Self.client)
    }

    /// See ``ClientRepository/create(_:in:)``.
    public func create(_ draft: ClientDraft, in access: TenantAccess) async throws -> Client {
        try await self.writing(access) { session in
            let rows = try await session.query(
                """
                INSERT INTO clients (tenant_id, name, email, phone, notes, created_by)
                VALUES (\(access.tenant.uuid)::uuid, \(draft.name), \(draft.email?.description), \(draft.phone),
                        \(draft.notes), \(access.memberID)::uuid)
                RETURNING \(part: Self.columns)
                """)
            guard let row = rows.first else { throw DomainError.notFound("client") }
            let client = try Self.client(row)
            try await session.audit(.init(action: "client.create", subject: "client:\(client.id)"))
            return client
        }
    }

    /// See ``ClientRepository/update(_:to:ifVersion:in:)``.
    public func update(
        _ id: ClientID, to draft: ClientDraft, ifVersion version: Int?, in access: TenantAccess
    ) async throws -> Client {
        try await self.writing(access) { session in
            try await Self.lock(id, ifVersion: version, in: session)
            let rows = try await session.query(
                """
                UPDATE clients SET name = \(draft.name), email = \(draft.email?.description), phone = \(draft.phone),
                    notes = \(draft.notes), version = version + 1, updated_at = clock_timestamp()
                WHERE tenant_id = \(access.tenant.uuid)::uuid AND id = \(id.uuid)::uuid
                RETURNING \(part: Self.columns)
                """)
            guard let row = rows.first else { throw DomainError.notFound("client") }
            try await session.audit(.init(action: "client.update", subject: "client:\(id)"))
            return try Self.client(row)
        }
    }

    /// See ``ClientRepository/delete(_:ifVersion:in:)``.
    public func delete(_ id: ClientID, ifVersion version: Int?, in access: TenantAccess) async throws {
        try await self.writing(access) { session in
            try await Self.lock(id, ifVersion: version, in: session)
            _ = try await session.query(
                "DELETE FROM clients WHERE tenant_id = \(access.tenant.uuid)::uuid AND id = \(id.uuid)::uuid")
            try await session.audit(.init(action: "client.delete", subject: "client:\(id)"))
        }
    }

    private static func lock(
        _ id: ClientID, ifVersion version: Int?, in session: borrowing TenantSession
    ) async throws {
        let rows = try await session.query(
            """
            SELECT version FROM clients
            WHERE tenant_id = \(session.tenant.uuid)::uuid AND id = \(id.uuid)::uuid FOR UPDATE
            """)
        guard let found = try rows.first?.decode(Int.self) else { throw DomainError.notFound("client") }
        if let version, version != found { throw DomainError.preconditionFailed }
    }

    private nonisolated func writing<Value>(
        _ access: TenantAccess, _ body: (borrowing TenantSession) async throws -> sending Value
    ) async throws -> sending Value {
        do {
            return try await self.database.withTenant(access, body)
        } catch let error as PostgresError where error.sqlState == .uniqueViolation {
            throw DomainError.taken(field: "/email", detail: "belongs to another client")
        } catch let error as PostgresError where error.sqlState == .foreignKeyViolation {
            throw DomainError.conflict("the client still has registrations or documents; delete those first")
        }
    }

    private static func client(_ row: PostgresRow) throws -> Client {
        // Cell by cell: the row as a tuple costs more than its eight values, two hundred times a page.
        Client(
            id: ClientID(try row[0].decode(UUID.self)), name: try row[1].decode(String.self),
            email: try row[2].decode(String?.self).map { EmailAddress(stored: $0) },
            phone: try row[3].decode(String?.self), notes: try row[4].decode(String?.self),
            version: try row[5].decode(Int.self), createdAt: try row[6].decode(Date.self),
            updatedAt: try row[7].decode(Date.self))
    }
}

extension TenantAccess {
    /// The member behind the request, if there is one.
    var memberID: UUID? {
        if case .member(let id, _) = self.principal { return id.uuid }
        return nil
    }
}
