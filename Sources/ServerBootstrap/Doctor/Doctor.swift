import Foundation
import Identity
import Postgres
public import Tenancy
import TenancyPostgres

/// Examines an installation: what isolates tenants, and what keeps them served.
///
/// Reads only, apart from the audit of what is read. Safe on a system under load; takes a few milliseconds a tenant.
public struct Doctor: Sendable {
    let composition: Composition

    /// A doctor for this installation.
    public init(_ composition: Composition) {
        self.composition = composition
    }

    /// Asks everything.
    ///
    /// - Parameter progress: called after each tenant with the number of those done and of all.
    /// - Throws: `PostgresError` if a database cannot be asked.
    public func examine(progress: @Sendable (Int, Int) -> Void = { _, _ in }) async throws -> DoctorReport {
        var checks = [
            try await self.server(), try await self.migrations(), try await self.guards(), try await self.hardening(),
            try await self.clock(), try await self.keys(), try await self.catalogAudit(), try await self.halves(),
        ]
        let tenants = try await self.composition.allTenants()
        checks += try await TenantExaminations(composition: self.composition).checks(of: tenants, progress: progress)
        return DoctorReport(checks: checks)
    }

    private var control: PostgresClient { self.composition.databases.control }

    private func server() async throws -> DoctorReport.Check {
        let rows = try await self.control.query("SELECT current_setting('server_version_num')::int")
        let number = try rows.first?.decode(Int.self) ?? 0
        let version = "PostgreSQL \(number / 10_000).\(number % 10_000)"
        let isKnown = (15...18).contains(number / 10_000)
        return .of(
            "postgresql", isKnown ? [] : ["\(version) is not one of those that are tested: 15 to 18"],
            otherwise: .warning, good: version, bad: version)
    }

    private func migrations() async throws -> DoctorReport.Check {
        let versions = try await CatalogMigrator(client: self.control).versions()
        let isCurrent = versions.database == versions.program
        return .of(
            "migrations",
            isCurrent ? [] : ["catalog at \(versions.database), program at \(versions.program); run: bulkhead migrate"],
            good: "catalog at version \(versions.database)", bad: "catalog and program differ")
    }

    private func guards() async throws -> DoctorReport.Check {
        let findings = try await CatalogGuard.findings(on: self.control).map(\.description)
        return .of(
            "guards", findings, good: "\(CatalogGuard.all.count) questions, no hole", bad: "\(findings.count) hole(s)")
    }

    private func hardening() async throws -> DoctorReport.Check {
        let openings = try await HardeningCheck.openings(on: self.control).map {
            "bulkhead_app may use \($0); run: bulkhead init, as a superuser"
        }
        let others = try await HardeningCheck.otherDatabases(on: self.control).map {
            "bulkhead_app may connect to database \($0); run: REVOKE CONNECT ON DATABASE \($0) FROM PUBLIC"
        }
        return .of(
            "hardening", openings + others,
            otherwise: .warning, good: "nothing beyond what tenants need",
            bad: "\(openings.count + others.count) right(s) too many")
    }

    private func clock() async throws -> DoctorReport.Check {
        let skew = try await self.composition.tenantDatabase.measureClock()
        let detail = "the database is \(skew) ms ahead"
        let isFar = abs(skew) >= ServerReadiness.skewLimit
        return .of("clock", isFar ? ["\(detail); set the clocks by NTP"] : [], good: detail, bad: "clocks differ")
    }

    private func keys() async throws -> DoctorReport.Check {
        let accepted = try await self.composition.keys.register.list()
            .filter { $0.kind == "application" && $0.retiredAt == nil }.map(\.kid)
        let keys = try await self.composition.keys.ring.list().filter { $0.state != .retired }
        let ours = keys.filter { $0.purpose == .context }.map(\.kid)
        let unknown = ours.filter { !accepted.contains($0) }.map { "context key \($0) is unknown to the database" }
        let foreign = accepted.filter { !ours.contains($0) }.map {
            "the database accepts context key \($0), which the catalog does not have; run: bulkhead keys retire \($0)"
        }
        return .of("keys", unknown + foreign, good: "\(keys.count) in use", bad: "catalog and database disagree")
    }

    private func catalogAudit() async throws -> DoctorReport.Check {
        let verification = AuditVerification(
            control: self.control, database: self.composition.tenantDatabase)
        let breaks = try await verification.catalogBreaks().map { "the catalog's trail breaks at row \($0)" }
        return .of("audit.catalog", breaks, good: "chain unbroken", bad: "chain broken")
    }

    /// Schemas without a record and records without a schema: what a creation must never leave behind.
    private func halves() async throws -> DoctorReport.Check {
        let rows = try await self.control.query(
            """
            SELECT 'schema ' || n.nspname || ' belongs to no tenant' FROM pg_namespace n
            WHERE n.nspname ~ '^tenant_'
              AND NOT EXISTS (SELECT 1 FROM public.tenants t WHERE t.schema_name = n.nspname)
              AND NOT EXISTS (SELECT 1 FROM bulkhead.warm_tenants w WHERE w.schema_name = n.nspname)
            UNION ALL
            SELECT 'tenant ' || t.subdomain || ' has no schema' FROM public.tenants t
            WHERE t.status IN ('active', 'readOnly', 'maintenance', 'suspended') AND NOT EXISTS (
                SELECT 1 FROM pg_namespace n WHERE n.nspname = t.schema_name)
            """)
        let findings = try rows.map { try $0.decode(String.self) }
        return .of("tenants.whole", findings, good: "every record has its schema", bad: "half tenants")
    }
}

extension Composition {
    /// Every tenant, oldest first.
    public func allTenants() async throws -> [Tenant] {
        var tenants: [Tenant] = []
        try await self.tenants.readPages { page in
            tenants += page
            return true
        }
        return tenants
    }
}
