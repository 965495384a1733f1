public import DNS
import Foundation
public import Tenancy
public import Workflow

/// Has the tenant's name in the zone, and sees it at all of the zone's name servers.
public struct DNSStep: WorkflowStep {
    let reconciler: ZoneReconciler
    let propagation: Propagation
    let times: DNSTimes

    /// A step.
    ///
    /// - Parameters:
    ///   - reconciler: writes to the zone.
    ///   - propagation: asks its name servers.
    public init(reconciler: ZoneReconciler, propagation: Propagation, times: DNSTimes = DNSTimes()) {
        self.reconciler = reconciler
        self.propagation = propagation
        self.times = times
    }

    /// The step's name.
    public var name: StepName { "dns" }
    /// As long as a change may need to reach all name servers.
    public var policy: StepPolicy {
        StepPolicy(
            timeout: self.times.propagation + .seconds(60),
            retry: RetryPolicy(maximumAttempts: 10, base: .seconds(1), cap: .seconds(30)))
    }
    /// In a name server.
    public var effect: StepEffect { .external }

    private var settings: ZoneSettings { self.reconciler.settings }
    private var ledger: any NameLedger { self.reconciler.ledger }

    /// Makes the records and waits until all name servers have them.
    public func perform(_ order: TenantOrder, in context: StepContext) async throws -> StepResult<NoOutput> {
        try await DNSFailure.translating {
            let wish = try await self.ledger.want(order.tenant, as: order.new.subdomain, permit: context.permit)
            guard let name = try await self.reconciler.meet(wish), name.isWanted, let host = self.host(order) else {
                throw StepFailure("the tenant's name is being removed", retry: .never)
            }
            if let conflict = name.conflict { throw StepFailure(conflict, retry: .never) }
            try await self.settle(name)
            let records = try self.settings.records(for: name).map(\.set)
            let presence: PropagationExpectation.Presence =
                self.settings.isProxied ? .resolving : .present(records)
            let seen = try await self.wait(PropagationExpectation(host, in: self.settings.zone, presence))
            return StepResult(evidence: try self.evidence(host, records, seen))
        }
    }

    /// Removes the records and waits until no name server has them; what resolvers remember is waited for elsewhere.
    public func undo(_ order: TenantOrder, output: NoOutput?, in context: StepContext) async throws -> JSONDocument {
        try await DNSFailure.translating {
            // Where nothing was ever about to be written nothing is asked either: a zone that is not ours, or a key that
            // is wrong, must not keep a tenant from being undone.
            guard let wish = try await self.ledger.release(order.tenant, permit: context.permit), wish.ttl != nil,
                let name = try await self.reconciler.meet(wish), let host = self.host(order)
            else { return ["records": "never made"] }
            guard !name.isWanted else { throw StepFailure("the tenant's name is wanted again", retry: .never) }
            // Nothing of ours was ever there; what is there is somebody else's.
            guard let ttl = name.ttl else { return ["records": "never made"] }
            try await self.settle(name)
            let seen = try await self.wait(
                PropagationExpectation(host, in: self.settings.zone, .absent, formerTTL: ttl))
            _ = try await self.ledger.noteGone(order.tenant, permit: context.permit)
            return try self.evidence(host, [], seen)
        }
    }

    private func host(_ order: TenantOrder) -> DomainName? { self.settings.host(order.new.subdomain) }

    /// Waits until the provider says that its own servers have the change.
    private func settle(_ name: TenantName) async throws {
        guard let id = name.receipt else { return }
        let deadline = ContinuousClock.now + self.times.propagation
        while try await !self.reconciler.provider.settled(ChangeReceipt(id: id), in: self.settings.zone) {
            guard ContinuousClock.now < deadline else {
                throw StepFailure(
                    "\(self.reconciler.provider.name) has not carried change \(id) to its servers yet",
                    retry: .withBackoff)
            }
            try await ContinuousClock().sleep(for: self.times.settling)
        }
    }

    private func wait(_ expectation: PropagationExpectation) async throws -> PropagationEvidence {
        try await self.propagation.wait(
            for: expectation, until: Date().addingTimeInterval(self.times.propagation / .seconds(1)),
            pause: self.times.pause)
    }

    private func evidence(
        _ host: DomainName, _ records: [RecordSet], _ seen: PropagationEvidence
    ) throws -> JSONDocument {
        [
            "provider": .string(self.reconciler.provider.name), "zone": .string(self.settings.zone.description),
            "name": .string(host.description), "records": .array(records.map { .string($0.description) }),
            "propagation": try JSONDocument(encoding: seen),
        ]
    }
}

/// How long what the DNS does may take.
public struct DNSTimes: Sendable, Hashable {
    /// For how long an attempt waits until a change has reached all name servers.
    public var propagation: Duration
    /// How often name servers are asked meanwhile.
    public var pause: PropagationPause
    /// How often the provider is asked whether its servers have a change.
    public var settling: Duration

    /// Times.
    public init(
        propagation: Duration = .seconds(120), pause: PropagationPause = PropagationPause(),
        settling: Duration = .seconds(2)
    ) {
        self.propagation = propagation
        self.pause = pause
        self.settling = settling
    }
}

extension StepContext {
    /// The right to write, in the words of the domain.
    var permit: WorkPermit { WorkPermit(run: self.fence.run.uuid, attempt: self.fence.attempt) }
}
