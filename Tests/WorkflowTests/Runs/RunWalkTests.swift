import Testing

@testable import Workflow

/// Random histories against a model that knows only what was done and undone.
@Suite struct RunWalkTests {
    private struct Model {
        let plan: [StepName]
        let pivot: StepName?
        var done: [StepName] = []
        var touched: Set<StepName> = []
        var undone: Set<StepName> = []
        var numbers: [Direction: [StepName: Int]] = [:]
        var isBackward = false

        mutating func judge(_ attempt: Attempt) {
            let last = self.numbers[attempt.direction]?[attempt.step] ?? 0
            #expect(attempt.number == last + 1)
            self.numbers[attempt.direction, default: [:]][attempt.step] = attempt.number
            if attempt.direction == .forward {
                #expect(!self.isBackward)
                // In order, and never a second time.
                #expect(self.done == Array(self.plan.prefix(self.done.count)))
                #expect(attempt.step == self.plan[self.done.count])
                self.touched.insert(attempt.step)
            } else {
                #expect(self.isBackward)
                #expect(self.touched.contains(attempt.step) && !self.undone.contains(attempt.step))
                // All touched steps behind it are undone already.
                let behind = self.plan.drop { $0 != attempt.step }.dropFirst()
                #expect(behind.allSatisfy { !self.touched.contains($0) || self.undone.contains($0) })
            }
        }

        mutating func succeeded(_ attempt: Attempt) {
            if attempt.direction == .forward {
                self.done.append(attempt.step)
            } else {
                self.undone.insert(attempt.step)
            }
        }
    }

    @Test(arguments: 1...150 as ClosedRange<UInt64>) func `every history keeps the rules`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let all: [StepName] = ["a", "b", "c", "d", "e"]
        let plan = Array(all.prefix(.random(in: 1...5, using: &random)))
        let pivot = Bool.random(using: &random) ? plan.randomElement(using: &random) : nil
        let workflow = Workflow(
            "flow", exhaustion: Bool.random(using: &random) ? .compensate : .deadLetter, pivot: pivot, steps: [])
        var (state, journal, model) = (
            RunState(plan: plan, workflow: workflow), [RunEvent](), Model(plan: plan, pivot: pivot)
        )
        for _ in 0..<200 {
            let events = self.happens(to: state, &model, &random)
            if events.contains(where: { $0.kind == .compensationStarted }) {
                #expect(!(model.pivot.map(model.done.contains) ?? false), "undone behind the pivot, seed \(seed)")
            }
            for event in events {
                state.apply(event)
                journal.append(event)
                if event.kind == .cancelled || event.kind == .compensationStarted { model.isBackward = true }
            }
            let folded = RunState(plan: plan, workflow: workflow, events: journal)
            #expect(folded.next == state.next && folded.status == state.status && folded.outputs == state.outputs)
            #expect(folded.openAttempt == state.openAttempt && folded.reason == state.reason)
        }
        self.finish(&state, &model)
        switch state.status {
        case .completed: #expect(model.done == plan)
        case .compensated: #expect(model.undone == model.touched)
        default: Issue.record("it did not end: \(state.status), seed \(seed)")
        }
    }

    /// One thing that happens: an attempt with some outcome, or somebody who wants something.
    private func happens(
        to state: RunState, _ model: inout Model, _ random: inout SeededGenerator
    ) -> [RunEvent] {
        let chance = Int.random(in: 0..<100, using: &random)
        if chance < 1, state.status != .completed, state.status != .compensated { return [RunEvent(.cancelled)] }
        switch state.next {
        case .none: return state.status == .dead && chance < 50 ? [RunEvent(.resumed)] : []
        case .end(let kind): return [RunEvent(kind)]
        case .attempt(let attempt):
            model.judge(attempt)
            let began = RunEvent(.attemptStarted, attempt)
            var after = state
            after.apply(began)
            let policy = RetryPolicy(maximumAttempts: 3, base: .zero, cap: .zero)
            switch chance {
            case ..<30:
                model.succeeded(attempt)
                return [began, RunEvent(.attemptSucceeded, attempt)]
            case ..<60:
                let failure = StepFailure("x", retry: chance < 35 ? .never : .withBackoff)
                return [began]
                    + after.events(after: failure, of: attempt, policy: policy, milliseconds: nil, jitter: 0)
            default: return [began] + after.eventsAfterLoss(of: attempt, policy: policy)
            }
        }
    }

    /// From wherever it is, a run comes to an end when things work again.
    private func finish(_ state: inout RunState, _ model: inout Model) {
        if state.status == .dead { state.apply(RunEvent(.resumed)) }
        for _ in 0..<20 {
            switch state.next {
            case .none: return
            case .end(let kind): state.apply(RunEvent(kind))
            case .attempt(let attempt):
                model.judge(attempt)
                model.succeeded(attempt)
                state.apply(RunEvent(.attemptStarted, attempt))
                state.apply(RunEvent(.attemptSucceeded, attempt))
            }
        }
    }

    @Test(arguments: 1...100 as ClosedRange<UInt64>) func `no journal is too strange`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let steps: [StepName?] = ["a", "b", "c", "unknown", nil]
        let workflow = Workflow("flow", exhaustion: .compensate, pivot: "b", steps: [])
        var state = RunState(plan: ["a", "b", "c"], workflow: workflow)
        var done: Set<StepName> = []
        for _ in 0..<100 {
            let event = RunEvent(
                RunEvent.Kind.allCases.randomElement(using: &random) ?? .started,
                step: steps.randomElement(using: &random) ?? nil,
                direction: [.forward, .backward, nil].randomElement(using: &random) ?? nil,
                number: [-1, 0, 1, 7, .max - 1, nil].randomElement(using: &random) ?? nil)
            state.apply(event)
            if event.kind == .attemptSucceeded, event.direction == .forward, event.number != nil,
                state.status.isOpen
                    || state.status == .dead, let step = event.step
            {
                done.insert(step)
            }
            if case .attempt(let attempt) = state.next, attempt.direction == .forward {
                #expect(!done.contains(attempt.step))
            }
            #expect((state.next == .none) == !state.status.isOpen)
        }
    }
}
