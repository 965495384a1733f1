import Logging
import Tenancy

/// The audit trail of a process that may not write the catalog's: its log.
struct LoggedAudit: AuditTrail {
    let logger: Logger

    func record(_ event: AuditEvent) async throws {
        var metadata: Logger.Metadata = [
            "audit.action": .string(event.action), "audit.actor": .string(event.actor),
            "tenant.id": .string(event.tenant?.description ?? "-"),
        ]
        if let requestID = event.requestID { metadata["request.id"] = .string(requestID) }
        for (name, value) in event.details { metadata["audit.\(name)"] = .string(value) }
        self.logger.error("Audit", metadata: metadata)
    }
}
