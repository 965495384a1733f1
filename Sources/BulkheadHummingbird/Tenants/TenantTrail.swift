import HTTPTypes
import Hummingbird
import Tenancy

/// Follows what a request says about where it is going to the tenants that are meant.
struct TenantTrail: Sendable {
    let hosts: HostPolicy
    let directory: any TenantDirectory
    let sources: [TenantSource]

    /// The tenants that the request names other than by its token, in the order of the sources.
    struct Found {
        /// What the gate weighs; where the token's claim belongs is marked by ``claimIndex``.
        var items: [TenantEvidence.Item] = []
        /// The place of the claim among the items; nil if it is no evidence here.
        var claimIndex: Int?
        /// The tenant that the first piece names.
        var tenant: Tenant?
    }

    /// Whether the token may name a tenant that nothing else names.
    ///
    /// Where hosts name tenants, a host that is nobody's is nobody's: a token must not make it somebody's.
    func claimMayName(_ scope: RequestScope) -> Bool {
        let isHostAsked = self.sources.contains { if case .host = $0 { true } else { false } }
        return self.hasClaim && (!isHostAsked || scope.target == .shared)
    }

    private var hasClaim: Bool { self.sources.contains { if case .claim = $0 { true } else { false } } }

    /// Reads and looks up.
    ///
    /// - Throws: ``ProblemDetails/tenantNotFound`` if something names a tenant that is not there; ``ProblemDetails`` for
    ///   headers that name none; what the directory throws.
    func follow(_ request: Request, _ scope: RequestScope) async throws -> Found {
        var found = Found()
        var seen: [Tenant] = []
        for source in self.sources {
            guard let (name, clue) = try await self.clue(source, request, scope, &found) else { continue }
            let tenant = try await self.tenant(clue, &seen)
            found.items.append(TenantEvidence.Item(source: name, tenant: tenant.id))
        }
        found.tenant = seen.first
        return found
    }

    /// The tenant with this id, if it is there for strangers.
    func tenant(_ id: TenantID) async throws -> Tenant {
        var seen: [Tenant] = []
        return try await self.tenant(.id(id), &seen)
    }

    private func clue(
        _ source: TenantSource, _ request: Request, _ scope: RequestScope, _ found: inout Found
    ) async throws -> (String, TenantClue)? {
        switch source {
        case .claim:
            if found.claimIndex == nil { found.claimIndex = found.items.count }
            return nil
        case .host:
            guard case .tenant(let subdomain) = scope.target else { return nil }
            return ("host", .subdomain(subdomain))
        case .idHeader:
            guard let text = self.header(.tenantID, request, scope) else { return nil }
            guard let id = TenantID(text) else { throw ProblemDetails.badRequest("X-Tenant-ID must be one UUID.") }
            return ("header", .id(id))
        case .subdomainHeader:
            guard let text = self.header(.tenantSubdomain, request, scope) else { return nil }
            guard let label = Subdomain(stored: text) else {
                throw ProblemDetails.badRequest("X-Tenant-Subdomain must be one subdomain.")
            }
            return ("header", .subdomain(label))
        case .custom(let source):
            return try await source.clue(in: request, scope).map { (source.name, $0) }
        }
    }

    /// A field that a trusted proxy set; those of others have been removed already, if there is an envelope around us.
    private func header(_ name: HTTPField.Name, _ request: Request, _ scope: RequestScope) -> String? {
        guard let text = request.headers[name], self.hosts.trustedPeers.contains(scope.peer) else { return nil }
        return text
    }

    /// Each tenant is looked up once, by whatever names it first.
    private func tenant(_ clue: TenantClue, _ seen: inout [Tenant]) async throws -> Tenant {
        let known: Tenant?
        switch clue {
        case .id(let id): known = seen.first { $0.id == id }
        case .subdomain(let subdomain): known = seen.first { $0.subdomain == subdomain }
        }
        if let known { return known }
        let entry: Tenant?
        switch clue {
        case .id(let id): entry = try await self.directory.entry(for: id)
        case .subdomain(let subdomain): entry = try await self.directory.entry(for: subdomain)
        }
        // One that was deleted is not told from one that never was.
        guard let entry, entry.status.admission != .unknown else { throw ProblemDetails.tenantNotFound }
        seen.append(entry)
        return entry
    }
}
