public import BulkheadHummingbird
import HTTPTypes
import Hummingbird
public import Tenancy

/// `GET /api/edge/tenants?host=`: which tenant a host is, for a front end that serves tenants' pages itself.
///
/// Needs the service token, since names of tenants must not be enumerable. Served on the admin host and on hosts that
/// are nobody's, because a front end reaches the API by some internal name; not on the hosts of tenants.
public struct EdgeTenantsRoutes: RouteGroup {
    /// For how long a front end may keep an answer, in seconds: what it serves may be as old as this plus what the
    /// directory behind it remembers, and a suspension has to be seen within 30 s.
    static let lifetime = 5

    private let hosts: HostPolicy
    private let directory: any TenantDirectory
    private let token: ServiceToken?

    /// The route.
    ///
    /// - Parameters:
    ///   - hosts: which host is whose.
    ///   - directory: where tenants are found.
    ///   - token: what a front end has to send; nil refuses everybody.
    public init(hosts: HostPolicy, directory: any TenantDirectory, token: ServiceToken?) {
        self.hosts = hosts
        self.directory = directory
        self.token = token
    }

    /// The route.
    public var routes: [Route<BulkheadContext>] {
        [
            Route(RouteEntry(.get, "/api/edge/tenants", side: .service, requires: .service)) { request, _ in
                try await self.tenant(request)
            }
        ]
    }

    /// The route as one side of a ``HostRouter``.
    public func side() -> HostSide<BulkheadContext> {
        HostSide(middleware: [ServiceTokenMiddleware(token: self.token, name: "edge")], groups: [self])
    }

    private func tenant(_ request: Request) async throws -> Response {
        let values = request.uri.queryParameters.getAll("host")
        guard values.count == 1, let text = values.first, !text.isEmpty else {
            throw ValidationError([.init(pointer: "/host", detail: "must be given once, as browsers send it in Host")])
        }
        // What is no host name is no tenant's either: a front end passes on whatever strangers send.
        guard let host = HostName(authority: text), case .tenant(let subdomain) = self.hosts.target(of: host),
            let tenant = try await self.directory.entry(for: subdomain), tenant.status.admission != .unknown
        else { throw ProblemDetails.hostUnknown }
        return Response.json(
            EdgeTenantDocument(tenant: tenant, host: self.hosts.baseDomain.host(of: subdomain)),
            headers: [.cacheControl: "private, max-age=\(Self.lifetime)", .vary: "Authorization"])
    }
}
