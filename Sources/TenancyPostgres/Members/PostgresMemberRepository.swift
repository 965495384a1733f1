public import Foundation
import Postgres
public import Tenancy

/// One tenant's members in its `users` table.
public struct PostgresMemberRepository: MemberRepository {
    private static let columns: PostgresQueryPart = "id, email, name, role, status, created_at"

    private let database: TenantDatabase

    /// A repository through `database`.
    public init(database: TenantDatabase) {
        self.database = database
    }

    /// See ``MemberRepository/credentials(_:in:)``.
    public func credentials(
        _ email: EmailAddress, in access: TenantAccess
    ) async throws -> (member: Member, passwordHash: String)? {
        let answers = try await self.database.read(
            [
                """
                SELECT \(part: Self.columns), password_hash FROM users
                WHERE tenant_id = \(access.tenant.uuid)::uuid AND email = \(email.description) AND status = 'active'
                """
            ], in: access)
        guard let row = answers.first?.first, let hash = try row[6].decode(String?.self) else { return nil }
        return (try Self.member(row), hash)
    }

    /// See ``MemberRepository/replaceActivation(tokenHash:expiresAt:in:)``.
    public func replaceActivation(
        tokenHash: [UInt8], expiresAt: Date, in access: TenantAccess
    ) async throws -> Member {
        try await self.database.withTenant(access) { session in
            let rows = try await session.query(
                """
                UPDATE users SET activation_hash = \(tokenHash)::bytea,
                    activation_expires_at = \(expiresAt)::timestamptz,
                    updated_at = greatest(clock_timestamp(), updated_at), version = version + 1
                WHERE tenant_id = \(access.tenant.uuid)::uuid AND is_first_admin AND status <> 'disabled'
                RETURNING \(part: Self.columns)
                """)
            guard let row = rows.first else {
                throw DomainError.conflict("the tenant's first administrator is disabled or gone")
            }
            let member = try Self.member(row)
            try await session.audit(.init(action: "user.activationLink", subject: "user:\(member.id)"))
            return member
        }
    }

    /// See ``MemberRepository/openActivation(tokenHash:expiresAt:replacingUntil:in:)``.
    public func openActivation(
        tokenHash: [UInt8], expiresAt: Date, replacingUntil: Date?, in access: TenantAccess
    ) async throws -> ActivationOpening {
        try await self.database.withTenant(access) { session in
            let rows = try await session.query(
                """
                UPDATE users SET activation_hash = \(tokenHash)::bytea,
                    activation_expires_at = \(expiresAt)::timestamptz,
                    updated_at = greatest(clock_timestamp(), updated_at), version = version + 1
                WHERE tenant_id = \(access.tenant.uuid)::uuid AND is_first_admin AND status = 'invited'
                  AND (activation_hash IS NULL OR activation_hash = \(tokenHash)::bytea
                       OR activation_expires_at <= greatest(clock_timestamp(), \(replacingUntil)::timestamptz))
                RETURNING id
                """)
            if let id = try rows.first?[0].decode(UUID.self) {
                try await session.audit(.init(action: "user.activationLink", subject: "user:\(UserID(id))"))
                return .opened
            }
            let invited = try await session.query(
                """
                SELECT 1 FROM users
                WHERE tenant_id = \(access.tenant.uuid)::uuid AND is_first_admin AND status = 'invited'
                """)
            return invited.isEmpty ? .notNeeded : .otherLinkOpen
        }
    }

    /// See ``MemberRepository/isActivationOpen(tokenHash:in:)``.
    public func isActivationOpen(tokenHash: [UInt8], in access: TenantAccess) async throws -> Bool {
        let answers = try await self.database.read(
            [
                """
                SELECT 1 FROM users
                WHERE tenant_id = \(access.tenant.uuid)::uuid AND activation_hash = \(tokenHash)::bytea
                  AND activation_expires_at > clock_timestamp() AND status <> 'disabled'
                """
            ], in: access)
        return answers.first?.isEmpty == false
    }

    /// See ``MemberRepository/activate(tokenHash:passwordHash:in:)``.
    public func activate(tokenHash: [UInt8], passwordHash: String, in access: TenantAccess) async throws -> Member {
        try await self.database.withTenant(access) { session in
            let rows = try await session.query(
                """
                UPDATE users SET password_hash = \(passwordHash), status = 'active', activation_hash = NULL,
                    activation_expires_at = NULL, updated_at = greatest(clock_timestamp(), updated_at),
                    version = version + 1
                WHERE tenant_id = \(access.tenant.uuid)::uuid AND activation_hash = \(tokenHash)::bytea
                  AND activation_expires_at > clock_timestamp() AND status <> 'disabled'
                RETURNING \(part: Self.columns)
                """)
            guard let row = rows.first else { throw DomainError.linkGone }
            let member = try Self.member(row)
            // A new password ends every session that the old one opened.
            _ = try await session.query(
                """
                UPDATE refresh_tokens SET revoked_at = greatest(clock_timestamp(), created_at)
                WHERE tenant_id = \(access.tenant.uuid)::uuid AND user_id = \(member.id.uuid)::uuid
                  AND revoked_at IS NULL
                """)
            try await session.audit(.init(action: "user.activate", subject: "user:\(member.id)"))
            return member
        }
    }

    /// See ``MemberRepository/confirm(_:)``.
    public func confirm(_ access: TenantAccess) async throws {
        _ = try await self.database.read([], in: access)
    }

    /// See ``MemberRepository/startSession(of:refreshTokenHash:expiresAt:in:)``.
    public func startSession(
        of id: UserID, passwordHash: String, refreshTokenHash: [UInt8], expiresAt: Date, in access: TenantAccess
    ) async throws {
        try await self.database.withTenant(access) { session in
            // Verifying a password takes a while: it may have been replaced, or the member disabled, in the meantime.
            let rows = try await session.query(
                """
                UPDATE users SET last_sign_in_at = clock_timestamp()
                WHERE tenant_id = \(access.tenant.uuid)::uuid AND id = \(id.uuid)::uuid AND status = 'active'
                  AND password_hash = \(passwordHash)
                """)
            guard rows.affectedRows == 1 else { throw DomainError.badCredentials }
            _ = try await session.query(
                """
                INSERT INTO refresh_tokens (tenant_id, user_id, family_id, token_hash, expires_at)
                VALUES (\(access.tenant.uuid)::uuid, \(id.uuid)::uuid, gen_random_uuid(),
                        \(refreshTokenHash)::bytea, \(expiresAt)::timestamptz)
                """)
            try await session.audit(.init(action: "user.signIn", subject: "user:\(id)"))
        }
    }

    private static func member(_ row: PostgresRow) throws -> Member {
        let id = try row[0].decode(UUID.self)
        guard let email = EmailAddress(try row[1].decode(String.self)),
            let role = MemberRole(rawValue: try row[3].decode(String.self)),
            let status = MemberStatus(rawValue: try row[4].decode(String.self))
        else { throw CatalogError.unreadable("member \(id)") }
        return Member(
            id: UserID(id), email: email, name: try row[2].decode(String.self), role: role, status: status,
            createdAt: try row[5].decode(Date.self))
    }
}
