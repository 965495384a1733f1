import ACME
import Foundation
import Logging
import ServiceLifecycle
import TenancyPostgres
import Workflow

/// The services that do durable work.
struct Workers {
    /// How many mails are sent at a time.
    private static let mails = 4

    let composition: Composition
    let logger: Logger

    /// One worker for tenants, whose number is limited on purpose, and one for mail, which mostly waits.
    var services: [any Service] {
        get throws { try self.forTenants + self.forNames }
    }

    private var forTenants: [any Service] {
        let provisioning = self.composition.configuration.provisioning
        var services: [any Service] = [
            WorkflowWorker(
                self.composition.workflows.all, store: self.composition.workflowStore,
                configuration: WorkerConfiguration(
                    name: Self.name, concurrency: provisioning.concurrency,
                    startsPerSecond: provisioning.perSecond, lease: provisioning.lease), logger: self.logger),
            WarmPoolKeeper(
                pool: self.composition.warmPool, perSecond: provisioning.perSecond, logger: self.logger),
            Housekeeping(idempotency: self.composition.idempotency, logger: self.logger),
        ]
        if let mailing = self.composition.mailing {
            services.append(
                WorkflowWorker(
                    [mailing.workflow], store: self.composition.workflowStore,
                    configuration: WorkerConfiguration(
                        name: Self.name, concurrency: Self.mails, lease: provisioning.lease), logger: self.logger))
        }
        return services
    }

    /// Whatever keeps names and the certificate.
    private var forNames: [any Service] {
        get throws {
            var services: [any Service] = []
            let configuration = self.composition.configuration
            if let reconciler = self.composition.reconciler, case .records(let zone) = configuration.dns.way {
                services.append(ZoneKeeper(reconciler: reconciler, interval: zone.interval, logger: self.logger))
            }
            if let settings = try configuration.issuer() {
                services.append(
                    CertificateRenewal(
                        issuer: ACMEIssuer(settings, logger: self.logger), names: settings.names,
                        shared: self.composition.certificates,
                        leases: PostgresLeases(client: self.composition.databases.control), holder: Self.name,
                        logger: self.logger))
            }
            return services
        }
    }

    /// Tells people which process it was.
    static var name: String {
        "\(ProcessInfo.processInfo.hostName):\(ProcessInfo.processInfo.processIdentifier)"
    }
}
