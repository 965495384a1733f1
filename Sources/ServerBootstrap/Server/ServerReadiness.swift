import BulkheadHummingbird
import ControlPlane
import Foundation
import Identity
import Logging
import Postgres
import TenancyPostgres

/// What a server needs in order to serve, as questions.
struct ServerReadiness {
    /// How far the clocks of server and database may be apart, in milliseconds.
    static let skewLimit: Int64 = 10_000
    /// How long an answer may take.
    static let patience: Duration = .seconds(2)

    let composition: Composition
    let refresh: KeyRefresh
    let certificate: ServerCertificate?

    var checks: [ReadinessCheck] {
        let certificate = self.certificate.map { shown in
            [ReadinessCheck("certificate") { shown.status.readiness }]
        }
        return self.own + self.composition.finding.checks + (certificate ?? [])
    }

    private var own: [ReadinessCheck] {
        [
            ReadinessCheck("database.control") { await self.asking(self.composition.databases.control) },
            ReadinessCheck("database.app") { await self.asking(self.composition.databases.app) },
            ReadinessCheck("migrations") { await self.migrations() },
            ReadinessCheck("clock") { await self.clock() },
            ReadinessCheck("keys") { await self.keys() },
        ]
    }

    private func asking(_ client: PostgresClient) async -> ReadinessCheck.Outcome {
        await self.outcome {
            _ = try await client.query("SELECT 1", deadline: .now + Self.patience)
            return .ready()
        }
    }

    private func migrations() async -> ReadinessCheck.Outcome {
        await self.outcome {
            let versions = try await CatalogMigrator(client: self.composition.databases.control).versions()
            let detail = "catalog at \(versions.database), program at \(versions.program)"
            return versions.database >= versions.program ? .ready(detail) : .failed(detail + "; run: bulkhead migrate")
        }
    }

    private func clock() async -> ReadinessCheck.Outcome {
        await self.outcome {
            let skew = try await self.composition.tenantDatabase.measureClock()
            let detail = "the database is \(skew) ms ahead"
            return abs(skew) < Self.skewLimit ? .ready(detail) : .failed(detail + "; set the clocks by NTP")
        }
    }

    private func keys() async -> ReadinessCheck.Outcome {
        await self.outcome {
            let accepted = Set(
                try await self.composition.keys.register.list()
                    .filter { $0.kind == "application" && $0.retiredAt == nil }.map(\.kid))
            let ours = try await self.composition.keys.ring.contextKeys().map(\.kid)
            guard ours.allSatisfy(accepted.contains) else {
                return .failed("the database does not know the key that signs tenant contexts")
            }
            let age = self.refresh.age
            guard age < KeyRefresh.interval * 4 else { return .failed("the keys in use were last read \(age) ago") }
            return .ready()
        }
    }

    private func outcome(
        _ question: @Sendable () async throws -> ReadinessCheck.Outcome
    ) async -> ReadinessCheck.Outcome {
        do {
            return try await question()
        } catch {
            return .failed("\(error)")
        }
    }
}
