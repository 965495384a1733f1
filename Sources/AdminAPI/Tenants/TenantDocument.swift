import BulkheadHummingbird
import ControlPlane
import Foundation
import HTTPTypes
import Tenancy

/// A tenant as the admin API shows it.
struct TenantDocument: JSONWritable {
    let tenant: Tenant
    let url: String

    func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("id", self.tenant.id.uuid)
            json.member("name", self.tenant.name)
            json.member("subdomain", self.tenant.subdomain.description)
            json.member("tier", self.tenant.tier.description)
            json.member("status", self.tenant.status.rawValue)
            json.name("placement")
            json.object { json in
                json.member("cluster", self.tenant.placement.cluster)
                json.member("isolation", self.tenant.placement.isolation.rawValue)
                json.member("schema", self.tenant.placement.schema)
            }
            json.member("createdAt", self.tenant.createdAt)
            json.member("updatedAt", self.tenant.updatedAt)
            json.member("schemaVersion", self.tenant.schemaVersion)
            json.member("url", self.url)
        }
    }
}

/// Makes the documents of tenants, and the answers that consist of one.
struct TenantDocuments: Sendable {
    let tenants: TenantService

    /// Where a tenant is found.
    static func path(of id: TenantID) -> String { "/api/admin/tenants/\(id)" }
    /// Where the work about a tenant is found.
    static func provisioningPath(of id: TenantID) -> String { "\(self.path(of: id))/provisioning" }

    func document(of tenant: Tenant) -> TenantDocument {
        TenantDocument(tenant: tenant, url: self.tenants.url(of: tenant))
    }

    /// The answer to a request that has started to make a tenant.
    func answer(creating tenant: Tenant) -> StoredAnswer { self.answer(tenant, status: .accepted) }

    /// The answer to a request that has waited for a tenant: nil if it says no more than the one before.
    func answer(havingMade tenant: Tenant) -> StoredAnswer? {
        switch tenant.status {
        case .active: return self.answer(tenant, status: .created)
        case .failed: return self.answer(tenant, status: .accepted)
        default: return nil
        }
    }

    private func answer(_ tenant: Tenant, status: HTTPResponse.Status) -> StoredAnswer {
        StoredAnswer(
            json: self.document(of: tenant), status: status,
            headers: [
                .location: Self.path(of: tenant.id),
                .link: "<\(Self.provisioningPath(of: tenant.id))>; rel=\"monitor\"",
            ])
    }

    /// The tenant that an answer is about, by the place it names.
    static func tenant(of answer: StoredAnswer) -> TenantID? {
        answer.headers["location"]?.split(separator: "/").last.flatMap { TenantID(String($0)) }
    }

    /// The answer to a request that has started work about a tenant.
    func answer(workingOn tenant: Tenant) -> StoredAnswer {
        StoredAnswer(
            json: self.document(of: tenant), status: .accepted,
            headers: [.location: Self.provisioningPath(of: tenant.id)])
    }
}
