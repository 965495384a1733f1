import Foundation
import Tenancy

/// A tenant as commands show it; the same document as the admin API's.
struct TenantOutput: CommandOutput {
    let id: String
    let name: String
    let subdomain: String
    let tier: String
    let status: String
    let placement: Placement
    let createdAt: Date
    let updatedAt: Date
    let schemaVersion: Int
    let url: String

    init(_ tenant: Tenant, url: String) {
        self.id = tenant.id.description
        self.name = tenant.name
        self.subdomain = tenant.subdomain.description
        self.tier = tenant.tier.description
        self.status = tenant.status.rawValue
        self.placement = tenant.placement
        self.createdAt = tenant.createdAt
        self.updatedAt = tenant.updatedAt
        self.schemaVersion = tenant.schemaVersion
        self.url = url
    }

    var text: String {
        FieldList([
            ("Id", self.id), ("Name", self.name), ("Subdomain", self.subdomain), ("URL", self.url),
            ("Tier", self.tier), ("Status", self.status),
            ("Placement", "\(self.placement.isolation.rawValue) \(self.placement.schema) on \(self.placement.cluster)"),
            ("Version", String(self.schemaVersion)), ("Created", self.createdAt.formatted(.iso8601)),
            ("Updated", self.updatedAt.formatted(.iso8601)),
        ]).lines().joined(separator: "\n")
    }
}

/// A part of the list of tenants.
struct TenantListOutput: CommandOutput {
    let data: [TenantOutput]
    let nextCursor: String?

    private enum CodingKeys: CodingKey {
        case data, nextCursor
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(self.data, forKey: .data)
        // Present even when there is no further page, as in the admin API.
        try container.encode(self.nextCursor, forKey: .nextCursor)
    }

    var text: String {
        guard !self.data.isEmpty else { return "No tenants yet. Make one: bulkhead tenant create --help" }
        let rows = self.data.map { tenant in
            [tenant.subdomain, tenant.name, tenant.tier, tenant.status, tenant.createdAt.formatted(.iso8601)]
        }
        let table = TextTable(columns: ["SUBDOMAIN", "NAME", "TIER", "STATUS", "CREATED"], rows: rows).text
        guard let nextCursor else { return table }
        return "\(table)\n\nMore: bulkhead tenant list --cursor \(nextCursor)"
    }
}
