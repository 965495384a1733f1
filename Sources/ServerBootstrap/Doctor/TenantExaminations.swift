import Tenancy
import TenancyPostgres

/// The questions that are asked of every tenant.
struct TenantExaminations {
    /// How many findings of one kind are listed; more would hide the others.
    private static let listLimit = 100

    let composition: Composition

    private struct Findings {
        var versions: [String] = []
        var shapes: [String] = []
        var audit: [String] = []
    }

    func checks(
        of tenants: [Tenant], progress: @Sendable (Int, Int) -> Void
    ) async throws -> [DoctorReport.Check] {
        let living = tenants.filter { TenantStatus.living.contains($0.status) }
        let expected = self.composition.template.shape
        var findings = Findings()
        for (index, tenant) in living.enumerated() {
            try await self.examine(tenant, expected, &findings)
            progress(index + 1, living.count)
        }
        let count = "\(living.count) tenant(s)"
        return [
            self.check(
                "tenants.version", findings.versions, good: "\(count) at version \(self.composition.template.version)"),
            self.check("tenants.shape", findings.shapes, good: "\(count) as the template says"),
            self.check("audit.tenants", findings.audit, good: "\(count) with an unbroken chain"),
        ]
    }

    private func examine(_ tenant: Tenant, _ expected: TemplateShape, _ findings: inout Findings) async throws {
        if tenant.schemaVersion != self.composition.template.version {
            findings.versions.append(
                "\(tenant.subdomain) is at version \(tenant.schemaVersion), the template at \(self.composition.template.version);"
                    + " run: bulkhead migrate")
        } else {
            let shape = try await TemplateShape.read(
                schema: tenant.placement.schema, version: tenant.schemaVersion, on: self.composition.databases.control)
            findings.shapes += expected.differences(to: shape).map { "\(tenant.subdomain): \($0)" }
        }
        let access = TenantAccess(
            verified: tenant.id, mode: .readOnly, principal: .system("doctor"), tier: tenant.tier)
        let verification = AuditVerification(
            control: self.composition.databases.control, database: self.composition.tenantDatabase)
        let breaks = try await verification.tenantBreaks(in: access)
        findings.audit += breaks.map { "\(tenant.subdomain): the trail breaks at row \($0)" }
    }

    private func check(_ name: String, _ findings: [String], good: String) -> DoctorReport.Check {
        var listed = Array(findings.prefix(Self.listLimit))
        if findings.count > listed.count { listed.append("and \(findings.count - listed.count) more") }
        return .of(name, listed, good: good, bad: "\(findings.count) finding(s)")
    }
}
