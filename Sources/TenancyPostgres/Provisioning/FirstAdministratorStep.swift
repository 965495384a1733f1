import Foundation
import Postgres
import Tenancy
import Workflow

/// Invites the tenant's first administrator.
struct FirstAdministratorStep: WorkflowStep {
    static let name: StepName = "firstAdministrator"

    /// Who it is.
    struct Output: Codable, Sendable, Hashable {
        var member: UserID
    }

    let effects: TenantEffects
    var name: StepName { Self.name }

    func perform(_ order: TenantOrder, in context: StepContext) async throws -> StepResult<Output> {
        let answers = try await self.effects.fenced.execute(
            self.effects.asOwner(of: order.tenant, Self.statements(order)), under: context.fence)
        return try Self.result(answers[TenantEffects.ownerOpening...])
    }

    /// What is to be written, as the tables' owner in the tenant's context.
    static func statements(_ order: TenantOrder) -> [PostgresQuery] {
        let tenant = order.tenant
        let invitation: PostgresQuery = """
            INSERT INTO users (tenant_id, email, name, role, is_first_admin)
            SELECT \(tenant.uuid)::uuid, \(order.new.adminEmail.description), \(order.new.adminName), 'admin', true
            WHERE NOT EXISTS (SELECT 1 FROM users u WHERE u.tenant_id = \(tenant.uuid)::uuid AND u.is_first_admin)
            -- Who is a member already is given the part back.
            ON CONFLICT (tenant_id, email) DO UPDATE SET is_first_admin = true, role = 'admin'
            """
        let trail = TenantAuditEntry(
            action: "tenant.create", subject: nil, details: ["tier": order.new.tier.description]
        ).insertion(
            tenant: tenant, actor: order.actor, requestID: nil,
            unless: "EXISTS (SELECT 1 FROM audit_log a WHERE a.tenant_id = \(tenant.uuid)::uuid)")
        let found: PostgresQuery = "SELECT id FROM users WHERE tenant_id = \(tenant.uuid)::uuid AND is_first_admin"
        return [invitation, trail, found]
    }

    /// What the answers to ``statements(_:)`` say.
    static func result(_ answers: ArraySlice<PostgresRows>) throws -> StepResult<Output> {
        let first = answers.startIndex
        guard let id = try answers[first + 2].first?[0].decode(UUID.self) else {
            throw StepFailure("the first administrator could not be found after being invited", retry: .withBackoff)
        }
        let isNew = answers[first].affectedRows == 1
        return StepResult(
            Output(member: UserID(id)),
            evidence: ["member": .string(UserID(id).description), "state": isNew ? "invited" : "present"])
    }

    /// The row goes with the schema, which is undone soon.
    func undo(_ order: TenantOrder, output: Output?, in context: StepContext) async throws -> JSONDocument {
        ["member": "goes with the schema"]
    }
}
