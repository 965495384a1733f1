import Hummingbird
public import Identity

/// `GET /.well-known/jwks.json`: the public keys of access tokens (RFC 7517), for whoever verifies them elsewhere.
public struct KeySetRoutes<Context: BulkheadRequestContext>: RouteGroup {
    private let tokens: TokenAuthority
    private let side: RouteEntry.Side

    /// The route on one kind of host.
    public init(tokens: TokenAuthority, side: RouteEntry.Side) {
        self.tokens = tokens
        self.side = side
    }

    /// The route.
    public var routes: [Route<Context>] {
        let tokens = self.tokens
        return [
            Route(RouteEntry(.get, "/.well-known/jwks.json", side: self.side, requires: .nothing)) { _, _ in
                // Short, so that a verifier sees a new key before the first token that it signs.
                try Response.json(encoding: tokens.publicKeys, headers: [.cacheControl: "public, max-age=60"])
            }
        ]
    }
}
