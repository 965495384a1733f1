public import Hummingbird

/// What an application adds to a Bulkhead server: routes of its own on the hosts of tenants.
public struct TenantApplication: Sendable {
    /// What may tell the tenant of a request, in order.
    public var sources: [TenantSource]
    /// Translates errors that only the application knows; asked before everything else.
    ///
    /// What it answers goes out as it
    /// is, so it must be safe for strangers.
    public var problems: @Sendable (any Error) -> ProblemDetails?
    /// Adds the routes.
    ///
    /// They run behind the tenants' middleware: every request has a tenant by then, and
    /// `context.requireMember()` says who asks.
    public var routes: @Sendable (Router<BulkheadContext>) -> Void

    /// An application.
    public init(
        sources: [TenantSource] = .standard,
        problems: @escaping @Sendable (any Error) -> ProblemDetails? = { _ in nil },
        routes: @escaping @Sendable (Router<BulkheadContext>) -> Void
    ) {
        self.sources = sources
        self.problems = problems
        self.routes = routes
    }

    /// Bulkhead's own routes and no more.
    public static let none = TenantApplication { _ in }
}
