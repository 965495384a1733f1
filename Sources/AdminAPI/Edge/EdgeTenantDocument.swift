import BulkheadHummingbird
import Tenancy

/// A tenant as a front end needs it: no more than it shows or passes on.
struct EdgeTenantDocument: JSONWritable {
    let tenant: Tenant
    /// The host in its one spelling; what a front end's memory is keyed by.
    let host: String

    func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("id", self.tenant.id.uuid)
            json.member("name", self.tenant.name)
            json.member("subdomain", self.tenant.subdomain.description)
            json.member("host", self.host)
            json.member("status", self.tenant.status.rawValue)
            json.member("tier", self.tenant.tier.description)
            json.member("version", Int(self.tenant.version))
        }
    }
}
