import Foundation
public import Postgres
public import Tenancy

/// The catalog as those who remember tenants ask it.
public struct PostgresTenantCatalog: TenantCatalog {
    /// What a login role may read tenants from.
    public enum Relation: Sendable {
        /// The table, for `bulkhead_control`.
        case catalog
        /// The view, for `bulkhead_directory`.
        case directory

        fileprivate var name: PostgresQueryPart {
            switch self {
            case .catalog: "public.tenants"
            case .directory: "bulkhead.directory"
            }
        }
    }

    private let client: PostgresClient
    private let relation: Relation

    /// A source.
    ///
    /// - Parameters:
    ///   - client: logs in as `bulkhead_control` or `bulkhead_directory`; best one that does nothing else, so that no
    ///     request waits behind the work of the control plane.
    ///   - relation: what that role may read.
    public init(client: PostgresClient, relation: Relation) {
        self.client = client
        self.relation = relation
    }

    /// The tenant as it is now; see ``TenantCatalog/tenant(_:deadline:)``.
    ///
    /// - Throws: `DomainError.busy` if the database cannot be asked now; `PostgresError`.
    public func tenant(_ key: TenantKey, deadline: ContinuousClock.Instant) async throws -> Tenant? {
        let condition: PostgresQueryPart =
            switch key {
            case .id(let id): "WHERE id = \(id.uuid)::uuid"
            // A tenant that is gone for good has no name any more, and somebody else may have it.
            case .subdomain(let subdomain): "WHERE subdomain = \(subdomain.description) AND status <> 'purged'"
            }
        let rows = try await self.asking(deadline, TenantRow.select(condition, from: self.relation.name))
        return try rows.first.map(TenantRow.tenant)
    }

    /// The versions of those tenants that there are; see ``TenantCatalog/versions(of:deadline:)``.
    ///
    /// - Throws: as for a tenant.
    public func versions(
        of ids: [TenantID], deadline: ContinuousClock.Instant
    ) async throws -> [TenantID: Int64] {
        let rows = try await self.asking(
            deadline, "SELECT id, version FROM \(part: self.relation.name) WHERE id = ANY (\(ids.map(\.uuid))::uuid[])")
        let pairs = try rows.map { row in
            let (id, version) = try row.decode(UUID.self, Int64.self)
            return (TenantID(id), version)
        }
        return Dictionary(pairs) { max($0, $1) }
    }

    /// Whether it is the server or the way to it; what is wrong with a statement is wrong next time as well.
    private static func isAway(_ error: PostgresError) -> Bool {
        switch error.code {
        case .connectionFailed, .connectionLost, .deadlineExceeded, .overloaded, .shutDown: true
        default: ["08", "53", "57"].contains(error.sqlState?.conditionClass)
        }
    }

    private func asking(_ deadline: ContinuousClock.Instant, _ query: PostgresQuery) async throws -> PostgresRows {
        do {
            return try await self.client.query(query, deadline: deadline)
        } catch let error as PostgresError where Self.isAway(error) {
            throw DomainError.busy(retryAfterSeconds: 2)
        }
    }
}
