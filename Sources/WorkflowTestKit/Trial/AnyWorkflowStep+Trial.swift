import Foundation
import Workflow

/// A failure that a trial has planted: what a worker that died would have left behind.
private let lostAnswer = StepFailure("a trial lost the answer", retry: .withBackoff)

extension Workflow {
    /// The same workflow with other steps of the same names.
    func replacingSteps(_ replace: (AnyWorkflowStep) -> AnyWorkflowStep) -> Workflow {
        Workflow(self.name, exhaustion: self.exhaustion, pivot: self.pivot, steps: self.steps.map(replace))
    }
}

extension AnyWorkflowStep {
    /// The step with other effects; it is tried once more than usual, and without pauses.
    private func replacing(perform: Effect? = nil, undo: Effect? = nil) -> AnyWorkflowStep {
        var policy = self.policy
        policy.retry = RetryPolicy(
            maximumAttempts: policy.retry.maximumAttempts + 1, base: .zero, cap: .zero)
        return AnyWorkflowStep(
            name: self.name, policy: policy, effect: self.effect,
            perform: perform ?? { try await self.run(.forward, input: $0, output: $1, in: $2) },
            undo: undo ?? { try await self.run(.backward, input: $0, output: $1, in: $2) })
    }

    /// The step in a run without disturbance.
    var withoutPauses: AnyWorkflowStep { self.replacing() }

    /// A step whose first success nobody hears of.
    func performedTwice<Inventory>(
        _ record: TrialRecord<Inventory>, inventory: @escaping @Sendable () async throws -> Inventory
    ) -> AnyWorkflowStep {
        self.replacing { input, output, context in
            guard let first = record.output(of: self.name) else {
                let result = try await self.run(.forward, input: input, output: output, in: context)
                record.remember(result.output, of: self.name)
                throw lostAnswer
            }
            // An inventory that cannot be taken in the midst of a run helps less and harms nothing.
            let before = try? await inventory()
            let result = try await self.repeated(.forward, .everyStepTwice, record) {
                try await self.run(.forward, input: input, output: output, in: context)
            }
            if result.output != first {
                let text = "gave \(try first.text) and, performed again, \(try result.output.text)"
                record.report(TrialFinding(.everyStepTwice, step: self.name, text))
            }
            // As above.
            if let before, let after = try? await inventory(), after != before { record.suspect(self.name) }
            return result
        }
    }

    /// A step whose first success at being undone nobody hears of.
    func undoneTwice<Inventory>(_ record: TrialRecord<Inventory>) -> AnyWorkflowStep {
        self.replacing(undo: { input, output, context in
            guard record.hasUndone(self.name) else {
                _ = try await self.noting(record) {
                    try await self.run(.backward, input: input, output: output, in: context)
                }
                throw lostAnswer
            }
            return try await self.repeated(.backward, .everyUndoTwice, record) {
                try await self.noting(record) {
                    try await self.run(.backward, input: input, output: output, in: context)
                }
            }
        })
    }

    /// A step that tells when it is undone.
    func noted<Inventory>(_ record: TrialRecord<Inventory>) -> AnyWorkflowStep {
        self.replacing(undo: { input, output, context in
            try await self.noting(record) {
                try await self.run(.backward, input: input, output: output, in: context)
            }
        })
    }

    /// A step that fails for good, with its effect or without.
    func failing<Inventory>(
        afterEffect: Bool, isPivot: Bool, _ record: TrialRecord<Inventory>,
        inventory: @escaping @Sendable () async throws -> Inventory
    ) -> AnyWorkflowStep {
        self.replacing { input, output, context in
            if afterEffect { _ = try await self.run(.forward, input: input, output: output, in: context) }
            record.noteFailure(at: try await inventory())
            // Only a pivot that had no effect may say that trying again makes no sense.
            throw StepFailure("a trial failed it", retry: isPivot && afterEffect ? .withBackoff : .never)
        }
    }

    private func noting<Inventory>(
        _ record: TrialRecord<Inventory>, _ undo: () async throws -> StepResult<JSONDocument>
    ) async throws -> StepResult<JSONDocument> {
        do {
            let result = try await undo()
            record.noteUndone(self.name)
            return result
        } catch {
            record.noteUndo(self.name, failedWith: error)
            throw error
        }
    }

    /// Runs it for the second time, and reports what it throws.
    private func repeated<Inventory>(
        _ direction: Direction, _ trial: TrialKind, _ record: TrialRecord<Inventory>,
        _ effect: () async throws -> StepResult<JSONDocument>
    ) async throws -> StepResult<JSONDocument> {
        do {
            return try await effect()
        } catch let error as FenceLost {
            throw error
        } catch {
            let what = direction == .forward ? "performed" : "undone"
            record.report(TrialFinding(trial, step: self.name, "\(what) for the second time, it threw: \(error)"))
            throw error
        }
    }
}

extension JSONDocument {
    /// The document as people read it.
    fileprivate var text: String {
        get throws { String(decoding: try JSONEncoder.sorted.encode(self), as: UTF8.self) }
    }
}

extension JSONEncoder {
    fileprivate static var sorted: JSONEncoder {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return encoder
    }
}
