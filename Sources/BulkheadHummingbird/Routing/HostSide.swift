import HTTPTypes
public import Hummingbird

/// What is served on one kind of host: middleware, routes and their table.
public struct HostSide<Context: BulkheadRequestContext>: Sendable {
    /// The routes as values.
    public let table: RouteTable
    private let others: RouteTable
    private let responder: RouterResponder<Context>

    /// A side.
    ///
    /// - Parameters:
    ///   - middleware: what runs before the routes, outermost first: what finds out who asks, then whatever wants to
    ///     know that - a store of answers by `Idempotency-Key`, limits of rate. It also runs where there is no route.
    ///   - groups: the routes.
    ///   - more: adds routes that are in no table, such as an application's.
    public init(
        middleware: [any MiddlewareProtocol<Request, Response, Context>],
        groups: [any RouteGroup<Context>], more: (Router<Context>) -> Void = { _ in }
    ) {
        let router = Router(context: Context.self, options: [.autoGenerateHeadEndpoints])
        for middleware in middleware { router.add(middleware: middleware) }
        for group in groups { group.register(on: router) }
        more(router)
        self.table = RouteTable(groups.flatMap { $0.table.entries })
        self.others = RouteTable(router.routes.filter { $0.method != .head }.map { Self.entry($0.method, $0.path) })
        self.responder = router.buildResponder()
    }

    /// Serves a request.
    ///
    /// - Throws: ``ProblemDetails/notFound`` and ``ProblemDetails/methodNotAllowed(_:)`` where no route is; what
    ///   middleware and handlers throw.
    func respond(to request: Request, context: Context) async throws -> Response {
        let response = try await self.responder.respond(to: request, context: context)
        guard response.status == .notFound, response.headers[.contentType] == nil else { return response }
        let path = request.uri.path
        let declared = self.table.allowedMethods(for: path)
        let allowed = declared.isEmpty ? self.others.allowedMethods(for: path) : declared
        throw allowed.isEmpty ? ProblemDetails.notFound : .methodNotAllowed(allowed)
    }

    /// What is needed of a route to say which methods it answers to.
    private static func entry(_ method: HTTPRequest.Method, _ path: RouterPath) -> RouteEntry {
        let segments = path.description.split(separator: "/").map { $0.hasPrefix(":") ? "{\($0.dropFirst())}" : $0 }
        return RouteEntry(method, "/" + segments.joined(separator: "/"), side: .tenant, requires: .nothing)
    }
}
