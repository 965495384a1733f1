public import Hummingbird
public import Tenancy

/// What a piece of evidence says: the tenant's id, or the label under which it is reached.
public enum TenantClue: Sendable, Hashable {
    /// The tenant with this id.
    case id(TenantID)
    /// The tenant with this subdomain.
    case subdomain(Subdomain)
}

/// A way of an application's own to tell the tenant of a request: by a path, by a header of its own, by a custom domain.
///
/// Its word counts as much as the host's: it says where a request is going, not who asks. A token that says otherwise is
/// an attempt to cross over, and a tenant that does not exist is 404, as everywhere.
public protocol TenantEvidenceSource: Sendable {
    /// What the audit trail calls it, in a word: `path`.
    var name: String { get }
    /// The tenant that the request names; nil if it names none.
    ///
    /// - Throws: ``ProblemDetails`` to refuse the request.
    func clue(in request: Request, _ scope: RequestScope) async throws -> TenantClue?
}

/// One way to tell the tenant of a request; ``TenantMiddleware`` takes a list of them.
///
/// Whatever is present must agree. The order decides which is believed to be the tenant addressed when it does not, and
/// nothing else: no order makes a request pass that another refuses.
public enum TenantSource: Sendable {
    /// The `tenant_id` claim of a token that was verified.
    ///
    /// Where hosts name tenants it only confirms them: a host that is nobody's stays 404, whatever token comes with it.
    /// It names the tenant alone on ``HostPolicy/sharedHosts``, and on all hosts if ``host`` is not among the sources.
    case claim
    /// The host, if it is a tenant's.
    case host
    /// `X-Tenant-ID` from one of ``HostPolicy/trustedPeers``.
    case idHeader
    /// `X-Tenant-Subdomain` from one of ``HostPolicy/trustedPeers``.
    case subdomainHeader
    /// A way of the application's own.
    case custom(any TenantEvidenceSource)
}

extension [TenantSource] {
    /// Claim, host, headers of trusted proxies.
    public static var standard: [TenantSource] { [.claim, .host, .idHeader, .subdomainHeader] }
    /// One host for all tenants: only the token says which one is meant.
    public static var claimOnly: [TenantSource] { [.claim] }
}
