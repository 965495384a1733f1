import BulkheadHummingbird
import ControlPlane
import Hummingbird
import Tenancy

/// How it stands with the certificates.
struct CertificatesRoutes: RouteGroup {
    let overview: any CertificateOverview

    var routes: [Route<BulkheadContext>] {
        [
            Route(RouteEntry(.get, "/api/admin/certificates", side: .admin, requires: .administrator)) { _, _ in
                let found = try await self.overview.certificates()
                return Response.json(Page(items: found.map(CertificateDocument.init), next: nil))
            }
        ]
    }
}

/// A certificate as the admin API shows it.
struct CertificateDocument: JSONWritable {
    let status: CertificateStatus

    func write(to json: inout JSONWriter) {
        let status = self.status
        json.object { json in
            json.member("source", status.source)
            json.member("state", status.state.rawValue)
            json.name("names")
            json.array { json in for name in status.names { json.string(name) } }
            json.member("issuer", status.issuer)
            json.member("serial", status.serial)
            json.member("notBefore", status.notBefore)
            json.member("notAfter", status.notAfter)
            if let date = status.renewedAt { json.member("renewedAt", date) }
            if let error = status.lastError {
                json.name("lastError")
                json.object { json in
                    json.member("detail", error.detail)
                    json.member("at", error.at)
                }
            }
            if let date = status.nextAttemptAt { json.member("nextAttemptAt", date) }
        }
    }
}
