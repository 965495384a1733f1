public import HTTPTypes

/// One route as a value: what it answers to and who may call it.
public struct RouteEntry: Sendable, Hashable, CustomStringConvertible {
    /// On which hosts a route exists.
    public enum Side: String, Sendable, Hashable {
        /// On the admin host.
        case admin
        /// On the hosts of tenants.
        case tenant
        /// On the admin host and on hosts that are nobody's: for programs of the operator's own, which reach the server
        /// by some internal name.
        case service
    }

    /// What a caller has to prove.
    public enum Requirement: String, Sendable, Hashable {
        /// Nothing.
        case nothing
        /// To be a member of the tenant.
        case member
        /// To be an active administrator.
        case administrator
        /// To know the service token.
        case service
    }

    /// The method.
    public let method: HTTPRequest.Method
    /// The path's template: `/api/tenant/clients/{id}`.
    public let path: String
    /// On which hosts it exists.
    public let side: Side
    /// What a caller has to prove.
    public let requirement: Requirement
    /// Whether it stays open in a tenant that takes no writes although its method is one.
    public let isSignIn: Bool

    /// A route.
    public init(
        _ method: HTTPRequest.Method, _ path: String, side: Side, requires requirement: Requirement,
        isSignIn: Bool = false
    ) {
        self.method = method
        self.path = path
        self.side = side
        self.requirement = requirement
        self.isSignIn = isSignIn
    }

    /// `POST /api/admin/tenants (admin host, administrator)`.
    public var description: String {
        "\(self.method.rawValue) \(self.path) (\(self.side.rawValue) host, \(self.requirement.rawValue))"
    }
}

/// All routes of one side, for tests, documents and the answer to a wrong method.
public struct RouteTable: Sendable, Hashable {
    /// The routes, in the order in which they were declared.
    public let entries: [RouteEntry]

    /// A table.
    public init(_ entries: [RouteEntry]) {
        self.entries = entries
    }

    /// The templates of the routes for signing in.
    public var signInRoutes: Set<String> { Set(self.entries.filter(\.isSignIn).map(\.path)) }

    /// The methods to which the resource at `path` answers; empty if there is none.
    public func allowedMethods(for path: String) -> [HTTPRequest.Method] {
        let segments = path.split(separator: "/")
        let matching = self.entries.filter { entry in
            let template = entry.path.split(separator: "/")
            return template.count == segments.count
                && zip(template, segments).allSatisfy { $0.first == "{" || $0 == $1 }
        }
        return matching.flatMap { $0.method == .get ? [$0.method, .head] : [$0.method] }
    }
}
