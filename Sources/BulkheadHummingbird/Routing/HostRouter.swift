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
    private let admin: HostSide<Context>
    private let tenant: HostSide<Context>
    private let service: HostSide<Context>?
    private let strangers: StrangerLimit?

    /// A responder.
    ///
    /// - Parameters:
    ///   - hosts: which host is whose.
    ///   - problems: translates errors into answers.
    ///   - limits: of each request.
    ///   - admin: what is served on the admin host.
    ///   - tenant: what is served on the hosts of tenants; its first middleware must be a ``TenantMiddleware``.
    ///   - productName: what the product calls itself on pages.
    ///   - service: what is served on the admin host and on hosts that are nobody's, before what else is there; nil for
    ///     nothing.
    ///   - strangers: limits the requests that come to no tenant; nil for no limit.
    public init(
        hosts: HostPolicy, problems: ProblemTranslator = .init(), limits: RequestLimits = .standard,
        productName: String = "Bulkhead", admin: HostSide<Context>, tenant: HostSide<Context>,
        service: HostSide<Context>? = nil,
        strangers: StrangerLimit? = nil
    ) {
        self.envelope = RequestEnvelope(
            hosts: hosts, problems: problems, limits: limits, productName: productName)
        self.admin = admin
        self.tenant = tenant
        self.service = service
        self.strangers = strangers
    }

    /// Every route that is served.
    public var table: RouteTable {
        RouteTable(self.admin.table.entries + self.tenant.table.entries + (self.service?.table.entries ?? []))
    }

    /// Serves a request.
    public func respond(to request: Request, context: Context) async throws -> Response {
        try await self.envelope.handle(request, context: context) { request, context in
            let service = self.service(for: request, context.scope.target)
            guard let strangers = self.strangers else { return try await self.serve(request, context, service) }
            return try await strangers.guarding(context, isService: service != nil) {
                try await self.serve(request, context, service)
            }
        }
    }

    private func serve(
        _ request: Request, _ context: Context, _ service: HostSide<Context>?
    ) async throws -> Response {
        if let service { return try await service.respond(to: request, context: context) }
        switch context.scope.target {
        case .admin: return try await self.admin.respond(to: request, context: context)
        // A host that is nobody's is the tenants' middleware's to judge: a trusted proxy or a source of the
        // application's own may name the tenant where the host does not.
        case .tenant, .shared, .unknown: return try await self.tenant.respond(to: request, context: context)
        }
    }

    /// The side for programs of the operator's own, if the request is for one of its routes.
    private func service(for request: Request, _ target: HostTarget) -> HostSide<Context>? {
        guard target == .admin || target == .unknown else { return nil }
        guard let service, !service.table.allowedMethods(for: request.uri.path).isEmpty else { return nil }
        return service
    }
}
