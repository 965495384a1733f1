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
            guard let goneAt = name.goneAt, let ttl = name.ttl else {
                try await self.reconciler.ledger.forget(order.tenant, permit: context.permit)
                return StepResult(evidence: ["records": "never made"])
            }
            let end = goneAt.addingTimeInterval(Double(ttl))
            let rest = end.timeIntervalSinceNow
            let moment = JSONDocument.string(end.formatted(.iso8601))
            guard rest <= 0 else {
                throw StepFailure(
                    "waits: resolvers may remember \(host) for \(Int(rest.rounded(.up))) more seconds",
                    retry: .after(.milliseconds(Int(rest * 1000) + 1)), evidence: ["rememberedUntil": moment])
            }
            let seen = try await self.propagation.check(
                PropagationExpectation(host, in: settings.zone, .absent, formerTTL: ttl))
            guard seen.agreedAt != nil else { throw PropagationTimeout(evidence: seen) }
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
