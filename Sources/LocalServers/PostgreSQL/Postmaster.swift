import Foundation

/// A postmaster seen through the `postmaster.pid` that it leaves in its data folder.
struct Postmaster {
    let data: URL

    private var pidFile: URL { data.appendingPathComponent("postmaster.pid") }

    /// Above every process id that Linux or macOS gives out.
    private static let nobody = pid_t.max

    /// What the process named in the file is.
    private enum Finding: Equatable {
        case none
        case dead
        /// A process that got the number later.
        case stranger
        case postmaster(pid_t)
    }

    /// The process id of the postmaster that runs on this folder; nil if none does.
    func processID() async throws -> pid_t? {
        guard case .postmaster(let pid) = try await look() else { return nil }
        return pid
    }

    /// Stops a postmaster whose owner is gone, and makes the file of a dead one harmless.
    ///
    /// Only for the holder of the folder's lock: whoever else runs a server there still holds that lock.
    func stopOrphan(within limit: Duration = .seconds(60)) async throws {
        switch try await look() {
        // PostgreSQL knows by itself that the owner of the file is dead, and that its other processes are gone.
        case .none, .dead: break
        case .stranger: try disown()
        case .postmaster(let pid): try await stop(pid, within: limit)
        }
    }

    private func stop(_ pid: pid_t, within limit: Duration) async throws {
        kill(pid, SIGINT)
        let clock = ContinuousClock()
        let start = clock.now
        var forced = false
        while try await look() == .postmaster(pid) {
            if clock.now - start > limit {
                throw LocalServerError(
                    .stopFailed, "An earlier PostgreSQL server (process \(pid)) on \(data.path) does not stop.")
            }
            if !forced, clock.now - start > limit / 2 {
                forced = true
                kill(pid, SIGQUIT)
            }
            // It is not a child of this process: there is no event to wait for, so this asks again.
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    /// PostgreSQL would take the stranger for a postmaster and refuse to start.
    ///
    /// The file stays, with another number: its other lines name the shared memory by which PostgreSQL sees whether
    /// processes of the dead server still write to the data.
    private func disown() throws {
        let lines = try String(contentsOf: pidFile, encoding: .utf8).split(
            separator: "\n", omittingEmptySubsequences: false)
        let text = ([Substring(String(Self.nobody))] + lines.dropFirst()).joined(separator: "\n")
        let handle = try FileHandle(forWritingTo: pidFile)
        try handle.truncate(atOffset: 0)
        try handle.write(contentsOf: Data(text.utf8))
        try handle.close()
    }

    private func look() async throws -> Finding {
        // No file, no server.
        guard let text = try? String(contentsOf: pidFile, encoding: .utf8) else { return .none }
        guard let pid = text.split(separator: "\n").first.flatMap({ pid_t($0) }), pid > 0 else { return .dead }
        guard kill(pid, 0) == 0 || errno == EPERM else { return .dead }
        return try await isPostmaster(pid) ? .postmaster(pid) : .stranger
    }

    private func isPostmaster(_ pid: pid_t) async throws -> Bool {
        #if os(Linux)
            // A postmaster works in its data folder. Unreadable: it belongs to another user, so it is not ours.
            let folder = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(pid)/cwd")
            return folder == data.path
        #else
            let list = try await Tool(arguments: ["/bin/ps", "-o", "command=", "-p", String(pid)]).run()
            return list.output.contains(data.path)
        #endif
    }
}
