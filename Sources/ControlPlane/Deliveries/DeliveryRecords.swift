import Tenancy
import Workflow

/// Writes down what came of attempts to deliver mails.
struct DeliveryRecords: Sendable {
    /// How long the record of an attempt may take.
    static let limit = Duration.seconds(30)

    let queue: any DeliveryQueue

    /// Writes down what came of an attempt, also when the attempt is being ended: what a mail server said and nobody
    /// wrote down has to be asked again, with a second mail.
    func finish(_ delivery: Delivery, _ outcome: DeliveryOutcome, permit: WorkPermit) async throws {
        let queue = self.queue
        // A task of its own, because a child task would end with the attempt; it is awaited here.
        try await Task {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await queue.finish(delivery.id, outcome, permit: permit) }
                group.addTask {
                    try await ContinuousClock().sleep(for: Self.limit)
                    throw StepFailure("the database did not record what came of the attempt", retry: .withBackoff)
                }
                defer { group.cancelAll() }
                try await group.next()
            }
        }.value
    }

    /// Writes down that a mail is not to be sent any more.
    func cancel(_ delivery: Delivery, _ reason: String, permit: WorkPermit) async throws -> StepResult<NoOutput> {
        let outcome = DeliveryOutcome(state: .cancelled, replyCode: nil, reply: reason)
        try await self.finish(delivery, outcome, permit: permit)
        return Self.notNeeded(reason)
    }

    /// What a step shows that had nothing to do.
    static func notNeeded(_ reason: String) -> StepResult<NoOutput> {
        StepResult(evidence: ["outcome": "notNeeded", "reason": .string(reason)])
    }

    /// What a step shows that has sent a mail, or tried to.
    static func evidence(_ outcome: DeliveryOutcome, _ delivery: Delivery) -> JSONDocument {
        [
            "outcome": .string(outcome.state.rawValue), "uncertain": .bool(outcome.isUncertain),
            "replyCode": outcome.replyCode.map { .integer($0) } ?? .null, "reply": .string(outcome.reply),
            "messageId": .string(delivery.messageID),
        ]
    }
}
