import BulkheadHummingbird
import Foundation
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
