import Synchronization
import Workflow

/// What the steps of a tried run tell about themselves.
final class TrialRecord<Inventory: Equatable & CustomStringConvertible & Sendable>: Sendable {
    private struct State {
        var outputs: [StepName: JSONDocument] = [:]
        var undone: Set<StepName> = []
        var findings: [TrialFinding] = []
        var suspects: [StepName] = []
        var undoError: String?
        var inventoryAtFailure: Inventory?
    }

    private let state = Mutex(State())

    var findings: [TrialFinding] { self.state.withLock { $0.findings } }
    /// Steps whose repetition changed something.
    var suspects: [StepName] { self.state.withLock { $0.suspects } }
    /// Steps that were undone at least once.
    var undone: Set<StepName> { self.state.withLock { $0.undone } }
    /// What the last undo to fail said.
    var undoError: String? { self.state.withLock { $0.undoError } }
    /// What there was when the run was made to fail.
    var inventoryAtFailure: Inventory? { self.state.withLock { $0.inventoryAtFailure } }

    func output(of step: StepName) -> JSONDocument? { self.state.withLock { $0.outputs[step] } }
    func hasUndone(_ step: StepName) -> Bool { self.undone.contains(step) }

    func remember(_ output: JSONDocument, of step: StepName) { self.state.withLock { $0.outputs[step] = output } }
    func suspect(_ step: StepName) { self.state.withLock { $0.suspects.append(step) } }
    func noteUndone(_ step: StepName) { self.state.withLock { _ = $0.undone.insert(step) } }
    func noteFailure(at inventory: Inventory) { self.state.withLock { $0.inventoryAtFailure = inventory } }

    func noteUndo(_ step: StepName, failedWith error: any Error) {
        self.state.withLock { $0.undoError = "undoing \(step) threw: \(error)" }
    }

    /// Takes down a finding; once, however often the step is tried again.
    func report(_ finding: TrialFinding) {
        self.state.withLock { state in
            if !state.findings.contains(finding) { state.findings.append(finding) }
        }
    }
}
