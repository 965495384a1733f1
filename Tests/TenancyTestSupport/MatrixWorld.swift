/// What a server under test knows, in the words of the matrix: two tenants, tokens, and how it was set up.
public struct MatrixWorld: Sendable {
    /// A tenant.
    public struct Town: Sendable {
        /// Its id, as it is written in headers.
        public var id: String
        /// Its label under the base domain.
        public var subdomain: String
        /// What people call it; must not occur in any answer to a stranger.
        public var name: String

        /// A tenant.
        public init(id: String, subdomain: String, name: String) {
            self.id = id
            self.subdomain = subdomain
            self.name = name
        }
    }

    /// Where it listens on 127.0.0.1.
    public var port: Int
    /// The domain under which tenants' hosts lie.
    public var base: String
    /// The two tenants; requests are mostly to the first.
    public var a: Town
    /// The other one.
    public var b: Town
    /// Access tokens by kind; none for ``TokenKind/none`` and ``TokenKind/garbage``.
    public var tokens: [TokenKind: String]
    /// Whether the server trusts whoever connects from 127.0.0.1.
    public var trustsPeer: Bool
    /// What is asked for: a path that answers any method with 200 and, for GET, a body that names the tenant's subdomain
    /// as `tenant=<subdomain>`.
    public var path = "/probe"
    /// Whether a missing or bad token is refused here; a proxy leaves that to whom it asks.
    public var judgesTokens = true
    /// What a request to the admin host gets.
    public var admin = MatrixAnswer(404, "not-found")
    /// What a request to a host of nobody's gets.
    public var nobody = MatrixAnswer(404, "tenant-not-found")
    /// Puts tenant ``a`` into a status, by the name it has in the catalog; takes effect before it returns.
    public var setStatus: @Sendable (String) async throws -> Void

    /// A server under test.
    public init(
        port: Int, base: String, a: Town, b: Town, tokens: [TokenKind: String], trustsPeer: Bool,
        setStatus: @escaping @Sendable (String) async throws -> Void
    ) {
        self.port = port
        self.base = base
        self.a = a
        self.b = b
        self.tokens = tokens
        self.trustsPeer = trustsPeer
        self.setStatus = setStatus
    }
}

/// What a request is to be answered with.
public struct MatrixAnswer: Sendable, Hashable, CustomStringConvertible {
    /// The status.
    public var status: Int
    /// The last part of the problem's type; nil if there is none.
    public var problem: String?

    /// An answer.
    public init(_ status: Int, _ problem: String? = nil) {
        self.status = status
        self.problem = problem
    }

    /// `403 tenant-mismatch`.
    public var description: String { "\(self.status)\(self.problem.map { " " + $0 } ?? "")" }
}
