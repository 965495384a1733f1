import Foundation
import Postgres
import Tenancy
import Workflow

/// Queues the mail to the first administrator; whether it arrives has no part in whether the tenant is made.
struct WelcomeMailStep: WorkflowStep {
    static let name: StepName = "welcomeMail"

    let effects: TenantEffects
    var name: StepName { Self.name }

    func perform(_ order: TenantOrder, in context: StepContext) async throws -> StepResult<NoOutput> {
        guard let domain = self.effects.mailDomain else {
            return StepResult(evidence: ["state": "notConfigured", "instead": "POST .../activation-links"])
        }
        let store = self.effects.store
        return try await self.effects.fenced.transaction(under: context.fence) { transaction in
            let status = try await TenantEffects.lockedStatus(of: order.tenant, in: transaction)
            guard let status, TenantStatus.living.contains(status) else {
                return StepResult(evidence: ["state": "notNeeded", "status": .string(status?.rawValue ?? "gone")])
            }
            let delivery = DeliveryRow.new(
                tenant: order.tenant, recipient: order.new.adminEmail, name: order.new.adminName, domain: domain)
            let inserted = try await transaction.query(delivery.insertion(unlessPresent: true))
            guard inserted.affectedRows == 1 else { return StepResult(evidence: ["state": "queuedBefore"]) }
            _ = try await transaction.execute(store.starting(try delivery.run()))
            return StepResult(
                evidence: ["state": "queued", "delivery": .string(DeliveryID(delivery.id).description)])
        }
    }

    /// The tenant is open by now, so there is nothing to undo.
    func undo(_ order: TenantOrder, output: NoOutput?, in context: StepContext) async throws -> JSONDocument {
        ["state": "unchanged"]
    }
}
