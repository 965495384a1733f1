public import Hummingbird

/// A route and the code that serves it.
///
/// The requirement is checked here, before the handler sees anything: a route cannot be registered without saying who
/// may call it, and the table that says so is the one that is enforced.
public struct Route<Context: BulkheadRequestContext>: Sendable {
    /// Serves a request.
    public typealias Handler = @concurrent @Sendable (Request, Context) async throws -> Response

    /// What the route answers to.
    public let entry: RouteEntry
    private let handler: Handler

    /// A route that `handler` serves.
    public init(_ entry: RouteEntry, _ handler: @escaping Handler) {
        self.entry = entry
        self.handler = handler
    }

    /// Adds the route to a router.
    public func register(on router: some RouterMethods<Context>) {
        let requirement = self.entry.requirement
        let handler = self.handler
        router.on(RouterPath(self.entry.path), method: self.entry.method) { request, context -> Response in
            switch requirement {
            case .nothing: break
            case .member: _ = try context.requireMember()
            case .administrator: _ = try context.requireAdministrator()
            case .service: try context.requireService()
            }
            return try await handler(request, context)
        }
    }
}

/// Routes that belong together.
public protocol RouteGroup<Context>: Sendable {
    /// The context that they work with.
    associatedtype Context: BulkheadRequestContext
    /// The routes.
    var routes: [Route<Context>] { get }
}

extension RouteGroup {
    /// The routes as values.
    public var table: RouteTable { RouteTable(self.routes.map(\.entry)) }

    /// Adds the routes to a router, behind the middleware that it has by now.
    public func register(on router: some RouterMethods<Context>) {
        for route in self.routes { route.register(on: router) }
    }
}
