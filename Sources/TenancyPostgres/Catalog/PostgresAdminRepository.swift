public import Foundation
public import Postgres
public import Tenancy

/// The administrators in `public.global_users`.
public struct PostgresAdminRepository: AdminRepository {
    private let client: PostgresClient

    /// A repository through `client`, which logs in as `bulkhead_control`.
    public init(client: PostgresClient) {
        self.client = client
    }

    /// See ``AdminRepository/credentials(_:)``.
    public func credentials(_ email: EmailAddress) async throws -> (admin: GlobalAdmin, passwordHash: String)? {
        let rows = try await self.client.query(
            """
            SELECT id, email, name, created_at, password_hash FROM public.global_users
            WHERE email = \(email.description) AND status = 'active'
            """)
        guard let row = rows.first else { return nil }
        let (id, address, name, createdAt, hash) = try row.decode(
            UUID.self, String.self, String.self, Date.self, String.self)
        return (try Self.admin(id, address, name, createdAt), hash)
    }

    /// See ``AdminRepository/isActive(_:)``.
    public func isActive(_ id: AdminID) async throws -> Bool {
        try await !self.client.query(
            "SELECT 1 FROM public.global_users WHERE id = \(id.uuid)::uuid AND status = 'active'"
        ).isEmpty
    }

    /// See ``AdminRepository/create(email:name:passwordHash:by:)``.
    public func create(
        email: EmailAddress, name: String, passwordHash: String, by principal: Principal
    ) async throws -> GlobalAdmin {
        do {
            return try await self.client.withTransaction { transaction in
                let rows = try await transaction.query(
                    """
                    INSERT INTO public.global_users (email, name, password_hash)
                    VALUES (\(email.description), \(name), \(passwordHash))
                    RETURNING id, email, name, created_at
                    """)
                guard let row = rows.first else { throw CatalogError.unreadable("administrator") }
                let (id, address, name, createdAt) = try row.decode(
                    UUID.self, String.self, String.self, Date.self)
                let admin = try Self.admin(id, address, name, createdAt)
                let event = AuditEvent(
                    actor: principal.auditName, action: "admin.create", tenant: nil, details: ["admin": "\(admin.id)"])
                try await PostgresAuditTrail.append(event, in: transaction)
                return admin
            }
        } catch let error as PostgresError where error.sqlState == .uniqueViolation {
            throw DomainError.taken(field: "/email", detail: "belongs to another administrator")
        }
    }

    /// See ``AdminRepository/startSession(of:refreshTokenHash:expiresAt:)``.
    public func startSession(of id: AdminID, refreshTokenHash: [UInt8], expiresAt: Date) async throws {
        try await self.client.withTransaction { transaction in
            _ = try await transaction.query(
                """
                INSERT INTO bulkhead.admin_refresh_tokens (admin_id, family_id, token_hash, expires_at)
                VALUES (\(id.uuid)::uuid, gen_random_uuid(), \(refreshTokenHash)::bytea, \(expiresAt)::timestamptz)
                """)
            let event = AuditEvent(actor: Principal.admin(id).auditName, action: "admin.signIn", tenant: nil)
            try await PostgresAuditTrail.append(event, in: transaction)
        }
    }

    private static func admin(_ id: UUID, _ email: String, _ name: String, _ createdAt: Date) throws -> GlobalAdmin {
        guard let address = EmailAddress(email) else { throw CatalogError.unreadable("administrator \(id)") }
        return GlobalAdmin(id: AdminID(id), email: address, name: name, createdAt: createdAt)
    }
}
