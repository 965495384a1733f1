import Foundation

/// A postmaster seen through the `postmaster.pid` that it leaves in its data folder.
struct Postmaster {
    let data: URL

    private var pidFile: URL { data.appendingPathComponent("postmaster.pid") }

    /// The process id of the postmaster that runs on this folder; nil if none does.
    ///
    /// The file alone proves nothing: after a crash its number may belong to a stranger by now.
    func processID() async throws -> pid_t? {
        // No file, no server.
        guard let text = try? String(contentsOf: pidFile, encoding: .utf8),
            let pid = text.split(separator: "\n").first.flatMap({ pid_t($0) }), pid > 1
        else { return nil }
        return try await isPostmaster(pid) ? pid : nil
    }

    /// Stops a postmaster whose owner is gone, and removes what a dead one left behind.
    ///
    /// Only for the holder of the folder's lock: whoever else runs a server there still holds that lock.
    func stopOrphan(within limit: Duration = .seconds(60)) async throws {
        guard let pid = try await processID() else {
            unlink(pidFile.path)
            return
        }
        kill(pid, SIGINT)
        let clock = ContinuousClock()
        let start = clock.now
        var forced = false
        while try await processID() == pid {
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

    private func isPostmaster(_ pid: pid_t) async throws -> Bool {
        guard kill(pid, 0) == 0 || errno == EPERM else { return false }
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
