import Foundation

/// Where a tenant's rows are: a database cluster and a way to keep them apart on it.
public struct Placement: Sendable, Hashable, Codable {
    /// The name of a cluster in the configuration; `main` is the one that holds the catalog.
    public var cluster: String
    /// How the rows are kept apart from those of other tenants on that cluster.
    public var isolation: IsolationModel
    /// The PostgreSQL schema that holds the tenant's tables.
    public var schema: String

    /// A placement as the catalog has it.
    public init(cluster: String, isolation: IsolationModel, schema: String) {
        self.cluster = cluster
        self.isolation = isolation
        self.schema = schema
    }

    /// The name of a schema of the tenant's own: `tenant_` and the 32 digits of its id.
    public static func schema(of tenant: TenantID) -> String {
        String(unsafeUninitializedCapacity: 39) { text in
            var at = 0
            for byte in "tenant_".utf8 {
                text[at] = byte
                at += 1
            }
            withUnsafeBytes(of: tenant.uuid.uuid) { bytes in
                for byte in bytes {
                    text[at] = Hexadecimal.digit(byte >> 4)
                    text[at + 1] = Hexadecimal.digit(byte & 0xF)
                    at += 2
                }
            }
            return at
        }
    }

    /// The default placement: a schema of the tenant's own, on the catalog's cluster.
    public static func ownSchema(of tenant: TenantID) -> Placement {
        Placement(cluster: "main", isolation: .schema, schema: Self.schema(of: tenant))
    }
}

/// How a tenant's rows are kept apart; tables, policies and code are the same in all three.
public enum IsolationModel: String, Sendable, Codable, CaseIterable {
    /// A schema of the tenant's own.
    case schema
    /// A schema shared with other tenants.
    case pooled
    /// A database of the tenant's own.
    case database
}
