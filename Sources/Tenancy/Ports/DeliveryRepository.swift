public import Foundation

/// The right to write on behalf of an attempt at durable work; good until the attempt is given up.
public struct WorkPermit: Sendable, Hashable {
    /// The run that the attempt belongs to.
    public let run: UUID
    /// The attempt's number in its run.
    public let attempt: Int

    /// A right to write.
    public init(run: UUID, attempt: Int) {
        self.run = run
        self.attempt = attempt
    }
}

/// What came of an attempt to deliver a mail.
public struct DeliveryOutcome: Sendable, Hashable {
    /// How far the mail has come.
    public var state: DeliveryState
    /// Whether it is open if the mail arrived.
    public var isUncertain: Bool
    /// The reply of the next server, as a number.
    public var replyCode: Int?
    /// The reply, or what happened instead; without secrets.
    public var reply: String

    /// What came of an attempt.
    public init(state: DeliveryState, isUncertain: Bool = false, replyCode: Int?, reply: String) {
        self.state = state
        self.isUncertain = isUncertain
        self.replyCode = replyCode
        self.reply = reply
    }
}

/// Mail on its way, for those who watch it.
public protocol DeliveryRepository: Sendable {
    /// A page of mails, of one tenant or of all, ordered by time of creation, then id.
    func deliveries(of tenant: TenantID?, _ page: PageRequest) async throws -> Page<Delivery>
    /// One mail; nil if there is none.
    func delivery(_ id: DeliveryID) async throws -> Delivery?
    /// Queues a mail anew, with a new id and a new link; the old link stops working when the new mail is sent.
    ///
    /// - Throws: ``DomainError/notFound(_:)``; ``DomainError/conflict(_:)`` if the mail's link was used already, the
    ///   mail is still being tried, or its tenant is not there.
    func resend(
        _ id: DeliveryID, by principal: Principal, requestID: String?, once: IdempotentCall<Delivery>?
    ) async throws -> Once<Delivery>
    /// Remembers that the link with this hash was used.
    func linkUsed(tokenHash: [UInt8], tenant: TenantID) async throws
}

/// Mail on its way, for whoever sends it.
public protocol DeliveryQueue: Sendable {
    /// The mail, if it is still to be sent, and its tenant.
    ///
    /// - Returns: nil if it was sent, refused or cancelled meanwhile; no tenant if that is going or gone, and what is
    ///   left to do is to say so.
    func pending(_ id: DeliveryID) async throws -> (delivery: Delivery, tenant: Tenant?)?
    /// Remembers which link goes out with the mail.
    ///
    /// An earlier attempt that handed the mail over and of which nothing was heard since is counted now: the mail may
    /// have arrived.
    ///
    /// - Returns: how many attempts have left it open whether the mail arrived.
    func note(_ id: DeliveryID, linkHash: [UInt8], expiresAt: Date, permit: WorkPermit) async throws -> Int
    /// Remembers, for good, that the mail is about to leave; until ``finish(_:_:permit:)`` it may have arrived.
    ///
    /// - Returns: false, and nothing is remembered, if the mail was cancelled meanwhile.
    func handOver(_ id: DeliveryID, permit: WorkPermit) async throws -> Bool
    /// Remembers what came of an attempt.
    ///
    /// A mail that was cancelled in the middle of it stays cancelled, unless it has left or was refused all the same.
    func finish(_ id: DeliveryID, _ outcome: DeliveryOutcome, permit: WorkPermit) async throws
}
