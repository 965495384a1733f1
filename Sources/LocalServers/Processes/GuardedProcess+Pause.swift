import Foundation

/// For tests of what others see of a server that hangs.
extension GuardedProcess {
    /// Stops the process in the middle of whatever it does, and waits until it stands.
    ///
    /// A signal goes through the guardian, so it arrives some time after it was sent.
    ///
    /// - Throws: ``LocalServerError`` if it has ended, or still runs after ten seconds.
    package func pause() async throws {
        self.signal("STOP")
        let deadline = ContinuousClock.now + .seconds(10)
        while !self.child.states.contains("T") {
            guard self.status == nil, ContinuousClock.now < deadline else {
                throw LocalServerError.system("the process does not stand still")
            }
            // The system tells nobody but the parent when a process is stopped: ask again.
            try await Task.sleep(for: .milliseconds(2))
        }
    }

    /// Lets it go on as if no time had passed.
    package func resume() { self.signal("CONT") }
}

extension ChildProcess {
    /// The states of the children that the child has, as proc(5) has them; none where there is no `/proc`.
    fileprivate var states: [Character] {
        guard let pid, let children = Self.text("/proc/\(pid)/task/\(pid)/children") else { return [] }
        // The name before the state is in parentheses, and may have some of its own.
        return children.split(separator: " ").compactMap { child in
            Self.text("/proc/\(child)/stat")?.split(separator: ")").last?.first { $0 != " " }
        }
    }

    private static func text(_ path: String) -> String? {
        // A process that has just ended has no such file.
        try? String(contentsOfFile: path, encoding: .utf8)
    }
}
