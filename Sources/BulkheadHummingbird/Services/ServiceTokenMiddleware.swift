public import Hummingbird
import Identity
import Tenancy

/// Finds out whether a program of the operator's own asks: by the service token in `Authorization`.
///
/// Without a configured token nobody is known, so that routes which require one answer 401 to everybody.
public struct ServiceTokenMiddleware<Context: BulkheadRequestContext>: RouterMiddleware {
    private let token: ServiceToken?
    private let name: String

    /// A middleware.
    ///
    /// - Parameters:
    ///   - token: the secret; nil if there is none.
    ///   - name: what the program is called in audit rows: `edge`.
    public init(token: ServiceToken?, name: String) {
        self.token = token
        self.name = name
    }

    /// Serves a request.
    ///
    /// - Throws: ``ProblemDetails`` 400 for several `Authorization` fields; what the routes throw.
    @concurrent
    public func handle(
        _ request: Request, context: Context,
        next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        var context = context
        if let text = try BearerToken.read(from: request.headers) {
            let isKnown = self.token?.matches(text) ?? false
            context.scope.identity = isKnown ? .proven(.system(self.name)) : .refused(.tokenRefused(.malformed))
        }
        return try await next(request, context)
    }
}
