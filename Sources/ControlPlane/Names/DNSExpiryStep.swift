public import DNS
import Foundation
public import Tenancy
public import Workflow

/// Lets pass the time for which resolvers may remember a name that is gone; only then may what it led to go too.
///
/// Until then visitors still come, and would come to whoever gets the place next.
public struct DNSExpiryStep: WorkflowStep {
    let reconciler: ZoneReconciler
    let propagation: Propagation

    /// A step.
    public init(reconciler: ZoneReconciler, propagation: Propagation) {
        self.reconciler = reconciler
        self.propagation = propagation
    }

    /// The step's name.
    public var name: StepName { "dnsExpiry" }
    /// One attempt finds out how long to wait, the next finds that the time has passed.
    public var policy: StepPolicy { StepPolicy(timeout: .seconds(60), retry: .standard) }
    /// The name is only looked at, and forgotten in the database.
    public var effect: StepEffect { .inDatabase }

    /// Waits, without holding a worker up.
    public func perform(_ order: TenantOrder, in context: StepContext) async throws -> StepResult<NoOutput> {
        try await DNSFailure.translating {
            let settings = self.reconciler.settings
            guard let name = try await self.reconciler.ledger.noteGone(order.tenant, permit: context.permit),
                let host = settings.host(order.new.subdomain)
            else { return StepResult(evidence: ["records": "never made"]) }
            // By the database's clock, which says since when it is gone.
            guard let goneAt = name.goneAt, let ttl = name.ttl, let rest = name.remembered else {
                try await self.reconciler.ledger.forget(order.tenant, permit: context.permit)
                return StepResult(evidence: ["records": "never made"])
            }
            let moment = JSONDocument.string(goneAt.addingTimeInterval(Double(ttl)).formatted(.iso8601))
            guard rest == .zero else {
                throw StepFailure(
                    "waits: resolvers may remember \(host) for \(rest.components.seconds + 1) more seconds",
                    retry: .after(rest), evidence: ["rememberedUntil": moment])
            }
            let seen = try await self.propagation.check(
                PropagationExpectation(host, in: settings.zone, .absent, formerTTL: ttl))
            guard seen.agreedAt != nil else {
                // The time begins anew when it is gone again.
                try await self.reconciler.ledger.noteSeen(order.tenant, permit: context.permit)
                throw PropagationTimeout(evidence: seen)
            }
            try await self.reconciler.ledger.forget(order.tenant, permit: context.permit)
            return StepResult(
                evidence: ["rememberedUntil": moment, "propagation": try JSONDocument(encoding: seen)])
        }
    }

    /// Time does not run backwards.
    public func undo(_ order: TenantOrder, output: NoOutput?, in context: StepContext) async throws -> JSONDocument {
        ["waited": "unchanged"]
    }
}
