public import Postgres
public import Tenancy

/// Verifies the chains of the audit trails.
public struct AuditVerification: Sendable {
    private let control: PostgresClient
    private let database: TenantDatabase

    /// A verification of the catalog's trail through `control` and of tenants' through `database`.
    public init(control: PostgresClient, database: TenantDatabase) {
        self.control = control
        self.database = database
    }

    /// The sequence numbers, at most ten, at which the catalog's chain breaks; none if it is whole.
    public func catalogBreaks() async throws -> [Int64] {
        try await self.control.query(AuditChain.catalogBreaks).map { try $0.decode(Int64.self) }
    }

    /// The same for one tenant.
    public func tenantBreaks(in access: TenantAccess) async throws -> [Int64] {
        let answers = try await self.database.read([AuditChain.tenantBreaks], in: access)
        return try answers.first?.map { try $0.decode(Int64.self) } ?? []
    }
}
