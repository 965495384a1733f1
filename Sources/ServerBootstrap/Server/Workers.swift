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

    /// Tells people which process it was.
    private static var name: String {
        "\(ProcessInfo.processInfo.hostName):\(ProcessInfo.processInfo.processIdentifier)"
    }
}
