public import Hummingbird
import Tenancy

/// One responder for all hosts: the admin host has its routes, the hosts of tenants have theirs, others have none.
///
/// ```swift
/// let responder = HostRouter(
///     hosts: hosts,
///     admin: HostSide(middleware: [...], groups: [...]),
///     tenant: HostSide(middleware: [...], groups: [...]))
/// Application(responder: responder, ...)
/// ```
public struct HostRouter<Context: BulkheadRequestContext>: HTTPResponder {
    private let envelope: RequestEnvelope<Context>
    private let hosts: HostPolicy
    private let admin: HostSide<Context>
    private let tenant: HostSide<Context>

    /// A responder.
    ///
    /// - Parameters:
    ///   - hosts: which host is whose.
    ///   - problems: translates errors into answers.
    ///   - limits: of each request.
    ///   - admin: what is served on the admin host.
    ///   - tenant: what is served on the hosts of tenants; its first middleware must be a ``TenantMiddleware``.
    public init(
        hosts: HostPolicy, problems: ProblemTranslator = .init(), limits: RequestLimits = .standard,
        admin: HostSide<Context>, tenant: HostSide<Context>
    ) {
        self.envelope = RequestEnvelope(hosts: hosts, problems: problems, limits: limits)
        self.hosts = hosts
        self.admin = admin
        self.tenant = tenant
    }

    /// Every route that is served.
    public var table: RouteTable { RouteTable(self.admin.table.entries + self.tenant.table.entries) }

    /// Serves a request.
    public func respond(to request: Request, context: Context) async throws -> Response {
        try await self.envelope.handle(request, context: context) { request, context in
            switch context.scope.target {
            case .admin: return try await self.admin.respond(to: request, context: context)
            case .tenant: return try await self.tenant.respond(to: request, context: context)
            case .unknown:
                // A trusted proxy may name the tenant where the host does not.
                guard self.hosts.trustedPeers.namesTenant(request, from: context.scope.peer) else {
                    throw ProblemDetails.tenantNotFound
                }
                return try await self.tenant.respond(to: request, context: context)
            }
        }
    }
}
