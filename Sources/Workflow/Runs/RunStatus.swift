/// Where a run is.
///
/// Valid transitions:
/// - `running` to `completed`, `compensating`, `dead`
/// - `compensating` to `compensated`, `dead`
/// - `dead` to `running`, `compensating` (resumed by hand)
public enum RunStatus: String, Sendable, Codable, CaseIterable {
    /// Steps are performed.
    case running
    /// Steps are undone.
    case compensating
    /// All steps are done.
    case completed
    /// All steps are undone.
    case compensated
    /// Nothing more is tried until somebody resumes the run.
    case dead

    /// Whether workers have something to do.
    public var isOpen: Bool { self == .running || self == .compensating }
}
