/// What a process tells its caller by its exit code; 0 is done.
enum CommandExit {
    /// Nothing, or not the wanted, was done.
    static let failed: Int32 = 1
    /// The command line makes no sense.
    static let usage: Int32 = 2
    /// Some of it was done; the output lists what was not.
    static let partlyDone: Int32 = 3
}

/// A command that did not do what it was asked to.
struct CommandFailure: Error {
    /// What happened, to what, and what to do.
    let message: String
    /// See ``CommandExit``.
    var exitCode = CommandExit.failed
}
