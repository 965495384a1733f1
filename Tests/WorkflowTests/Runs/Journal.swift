@testable import Workflow

extension RunEvent {
    static func began(_ step: StepName, _ number: Int = 1, _ direction: Direction = .forward) -> RunEvent {
        RunEvent(.attemptStarted, step: step, direction: direction, number: number)
    }
    static func done(
        _ step: StepName, _ number: Int = 1, _ direction: Direction = .forward, output: JSONDocument? = nil
    ) -> RunEvent {
        RunEvent(.attemptSucceeded, step: step, direction: direction, number: number, output: output)
    }
    static func failed(_ step: StepName, _ number: Int = 1, _ direction: Direction = .forward) -> RunEvent {
        RunEvent(.attemptFailed, step: step, direction: direction, number: number)
    }
    static func lost(_ step: StepName, _ number: Int = 1, _ direction: Direction = .forward) -> RunEvent {
        RunEvent(.attemptLost, step: step, direction: direction, number: number)
    }
}

extension RunState {
    /// The state of a run of steps `a`, `b` and `c`.
    static func after(
        _ events: [RunEvent], exhaustion: Workflow.Exhaustion = .compensate, pivot: StepName? = nil,
        plan: [StepName] = ["a", "b", "c"]
    ) -> RunState {
        let workflow = Workflow("flow", exhaustion: exhaustion, pivot: pivot, steps: [])
        return RunState(plan: plan, workflow: workflow, events: [RunEvent(.started)] + events)
    }
}

extension RunState.Action {
    static func perform(_ step: StepName, _ number: Int = 1) -> RunState.Action {
        .attempt(Attempt(step: step, direction: .forward, number: number))
    }
    static func undo(_ step: StepName, _ number: Int = 1) -> RunState.Action {
        .attempt(Attempt(step: step, direction: .backward, number: number))
    }
}
