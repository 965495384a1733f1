public import Workflow

/// One of the ways in which a workflow is tried.
public enum TrialKind: String, Sendable, Hashable, CaseIterable {
    /// Undisturbed.
    case plainRun
    /// Every step is performed twice.
    case everyStepTwice
    /// Each step in turn fails for good.
    case failAtEachStep
    /// Everything is undone, each step twice.
    case everyUndoTwice
}

/// Something that is wrong with a workflow.
public struct TrialFinding: Sendable, Hashable, CustomStringConvertible {
    /// Which trial found it.
    public let trial: TrialKind
    /// The step that is to blame, or at which the trial failed the run; nil if it is about the whole run.
    public let step: StepName?
    /// What is wrong.
    public let text: String

    /// Something that is wrong.
    public init(_ trial: TrialKind, step: StepName? = nil, _ text: String) {
        self.trial = trial
        self.step = step
        self.text = text
    }

    /// The trial, the step and what is wrong, in one line.
    public var description: String {
        "\(self.trial.rawValue)\(self.step.map { ", step \($0)" } ?? ""): \(self.text)"
    }
}
