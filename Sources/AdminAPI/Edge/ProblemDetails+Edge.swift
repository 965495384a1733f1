import BulkheadHummingbird
import HTTPTypes

extension ProblemDetails {
    /// 404: the host that was asked about is no tenant's.
    ///
    /// Not ``tenantNotFound``, which is what every wrong path gets on a host that is nobody's: a front end with a wrong
    /// address, or in front of a server without this route, would take all tenants for missing.
    static var hostUnknown: Self {
        Self(
            "host-unknown", .notFound, title: "No tenant has this host",
            detail: "There is no tenant at the host that was asked about.")
    }
}
