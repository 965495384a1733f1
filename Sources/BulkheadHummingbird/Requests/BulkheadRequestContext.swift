public import Hummingbird
package import Logging
package import NIOCore
public import Tenancy

/// A request context that carries a ``RequestScope``; an application's own context conforms to it.
///
/// ```swift
/// struct AppContext: BulkheadRequestContext {
///     var coreContext: CoreRequestContextStorage
///     var scope: RequestScope
///     init(source: ApplicationRequestContextSource) {
///         self.coreContext = .init(source: source)
///         self.scope = .init(peer: source.channel.remoteAddress)
///     }
/// }
/// ```
public protocol BulkheadRequestContext: RequestContext where Source == ApplicationRequestContextSource {
    /// What is known about the request. Starts as `RequestScope(peer:)`; Bulkhead's middleware fills it.
    var scope: RequestScope { get set }
}

extension BulkheadRequestContext {
    /// The tenant that the request is for, whoever asks.
    ///
    /// For routes that serve strangers, such as signing in.
    ///
    /// - Throws: ``ProblemDetails/internalError`` if no ``TenantMiddleware`` runs before the route.
    public func requireTenant() throws(ProblemDetails) -> TenantContext {
        guard let tenant = self.scope.tenant else { throw .internalError }
        return tenant
    }

    /// The tenant that the request is for, if one of its members asks.
    ///
    /// - Throws: ``ProblemDetails`` with status 401 if nobody has signed in.
    public func requireMember() throws(ProblemDetails) -> TenantContext {
        let tenant = try self.requireTenant()
        switch self.scope.identity {
        case .anonymous: throw .tokenRequired
        case .refused(let problem): throw problem
        case .proven(.member): return tenant
        case .proven: throw .forbidden("Only members of the tenant may do this.")
        }
    }

    /// The administrator who asks.
    ///
    /// - Throws: ``ProblemDetails`` with status 401 if nobody has signed in.
    public func requireAdministrator() throws(ProblemDetails) -> Principal {
        switch self.scope.identity {
        case .anonymous: throw .tokenRequired
        case .refused(let problem): throw problem
        case .proven(let principal):
            guard case .admin = principal else { throw .forbidden("Only administrators may do this.") }
            return principal
        }
    }

    /// Makes sure that a program of the operator's own asks.
    ///
    /// - Throws: ``ProblemDetails`` with status 401 unless it sent the service token.
    public func requireService() throws(ProblemDetails) {
        switch self.scope.identity {
        case .anonymous: throw .tokenRequired
        case .refused(let problem): throw problem
        case .proven(.system): return
        case .proven: throw .forbidden("Only programs of the operator may do this.")
        }
    }
}

/// The request context of Bulkhead's own server.
public struct BulkheadContext: BulkheadRequestContext {
    /// What the router keeps.
    public var coreContext: CoreRequestContextStorage
    /// What Bulkhead keeps.
    public var scope: RequestScope
    /// Whether there is a connection whose end can be waited for.
    package let isConnected: Bool

    /// A context for a request on a connection.
    public init(source: ApplicationRequestContextSource) {
        self.coreContext = .init(source: source)
        self.scope = RequestScope(peer: source.channel.remoteAddress)
        self.isConnected = true
    }

    /// A context without a connection; for tests and measurements.
    package init(logger: Logger, peer: SocketAddress?) {
        self.coreContext = .init(source: Detached(logger: logger))
        self.scope = RequestScope(peer: peer)
        self.isConnected = false
    }

    private struct Detached: RequestContextSource {
        let logger: Logger
    }
}
