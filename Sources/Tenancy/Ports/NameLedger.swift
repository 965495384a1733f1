/// What the zone is to say about tenants' names: the wishes, not the records.
///
/// Wishes are written by the work about one tenant, and met by whoever writes to the zone, for all of them together.
public protocol NameLedger: Sendable {
    /// Wishes that the tenant's name be in the zone; each call is a new wish, so that the zone is looked at again.
    func want(_ tenant: TenantID, as subdomain: Subdomain, permit: WorkPermit) async throws -> TenantName
    /// Wishes that the tenant's name be gone from the zone; each call is a new wish.
    ///
    /// - Returns: nil if it was never wanted.
    func release(_ tenant: TenantID, permit: WorkPermit) async throws -> TenantName?
    /// Remembers that no server of the zone knows the name any more, from now on or from earlier.
    ///
    /// - Returns: nil if the name is wanted again, or was forgotten.
    func noteGone(_ tenant: TenantID, permit: WorkPermit) async throws -> TenantName?
    /// Remembers that a name that was gone was seen again.
    func noteSeen(_ tenant: TenantID, permit: WorkPermit) async throws
    /// Forgets a name that is gone.
    func forget(_ tenant: TenantID, permit: WorkPermit) async throws

    /// The tenant's name; nil if it was never wanted or is forgotten.
    func name(of tenant: TenantID) async throws -> TenantName?
    /// Names whose wish is not met, those that wait longest first.
    func open(limit: Int) async throws -> [TenantName]
    /// All names.
    ///
    /// Those of tenants that are there and have none are wanted from now on; those of tenants that are gone are not,
    /// whatever became of the work that should have seen to it.
    func enrolled() async throws -> [TenantName]
    /// Writes down, before records are made, for how long resolvers may remember them: from then on they may be there.
    ///
    /// - Returns: whose wish is still the one that was looked at; for others nothing may be made.
    func announce(_ outcomes: [NameOutcome]) async throws -> Set<TenantID>
    /// Writes down what came of wishes; one that has been replaced by a later wish stays open.
    func finish(_ outcomes: [NameOutcome]) async throws
}
