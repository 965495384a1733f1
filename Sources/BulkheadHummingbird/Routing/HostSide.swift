public import Hummingbird

/// What is served on one kind of host: middleware, routes and their table.
public struct HostSide<Context: BulkheadRequestContext>: Sendable {
    /// The routes as values.
    public let table: RouteTable
    private let responder: RouterResponder<Context>

    /// A side.
    ///
    /// - Parameters:
    ///   - middleware: what runs before the routes, outermost first: what finds out who asks, then whatever wants to
    ///     know that - a store of answers by `Idempotency-Key`, limits of rate. It also runs where there is no route.
    ///   - groups: the routes.
    public init(
        middleware: [any MiddlewareProtocol<Request, Response, Context>],
        groups: [any RouteGroup<Context>]
    ) {
        let router = Router(context: Context.self, options: [.autoGenerateHeadEndpoints])
        for middleware in middleware { router.add(middleware: middleware) }
        for group in groups { group.register(on: router) }
        self.table = RouteTable(groups.flatMap { $0.table.entries })
        self.responder = router.buildResponder()
    }

    /// Serves a request.
    ///
    /// - Throws: ``ProblemDetails/notFound`` and ``ProblemDetails/methodNotAllowed(_:)`` where no route is; what
    ///   middleware and handlers throw.
    func respond(to request: Request, context: Context) async throws -> Response {
        let response = try await self.responder.respond(to: request, context: context)
        guard response.status == .notFound, response.headers[.contentType] == nil else { return response }
        let allowed = self.table.allowedMethods(for: request.uri.path)
        throw allowed.isEmpty ? ProblemDetails.notFound : .methodNotAllowed(allowed)
    }
}
