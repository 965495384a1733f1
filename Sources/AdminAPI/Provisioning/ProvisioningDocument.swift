import BulkheadHummingbird
import Foundation
import Tenancy
import Workflow

/// The work about a tenant as the admin API shows it.
struct ProvisioningDocument: JSONWritable {
    let tenant: TenantID
    let progress: ProvisioningProgress
    let now: Date

    func write(to json: inout JSONWriter) {
        let run = self.progress.run
        json.object { json in
            json.member("tenantId", self.tenant.uuid)
            json.member("runId", run.header.id.uuid)
            json.member("workflow", run.header.workflow.rawValue)
            json.member("status", run.status.rawValue)
            if let reason = self.progress.reason { json.member("reason", reason) }
            json.member("startedAt", run.createdAt)
            json.member("updatedAt", run.updatedAt)
            if let worker = run.worker { json.member("worker", worker) }
            if let date = self.progress.nextAttemptAt { json.member("nextAttemptAt", date) }
            json.member("durationMs", self.progress.milliseconds(at: self.now))
            json.name("steps")
            json.array { json in
                for step in self.progress.steps { step.write(to: &json) }
            }
        }
    }
}

extension StepProgress: JSONWritable {
    func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("name", self.name.rawValue)
            json.member("status", self.status.rawValue)
            json.name("attempts")
            json.array { json in
                for attempt in self.attempts { attempt.write(to: &json) }
            }
        }
    }
}

extension AttemptProgress: JSONWritable {
    func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("number", self.number)
            json.member("direction", self.direction.rawValue)
            json.member("outcome", self.outcome.rawValue)
            json.member("startedAt", self.startedAt)
            if let date = self.finishedAt { json.member("finishedAt", date) }
            if let milliseconds = self.milliseconds { json.member("durationMs", milliseconds) }
            if let reason = self.reason { json.member("reason", reason) }
            if let milliseconds = self.retryInMilliseconds { json.member("retryInMs", milliseconds) }
            if let evidence = self.evidence { json.member("evidence", Evidence(document: evidence)) }
        }
    }
}
