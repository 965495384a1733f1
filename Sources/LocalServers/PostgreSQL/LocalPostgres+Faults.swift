import Foundation

/// For tests of what others see of a server that hangs, or that loses a process.
extension LocalPostgres {
    /// Kills one of the server's processes, which ends all others: the postmaster starts anew by itself.
    ///
    /// - Throws: ``LocalServerError`` if it is none of this server's.
    package func kill(backend pid: Int32) async throws {
        guard try await self.processes().dropFirst().contains(pid) else {
            throw LocalServerError(.toolFailed, "Process \(pid) is none of the server at port \(self.port).")
        }
        _ = Foundation.kill(pid, SIGKILL)
    }

    /// Stops the postmaster and all its processes in the midst of whatever they do.
    ///
    /// The kernel still accepts connections, but nobody answers. ``resume()`` lets all go on.
    package func pause() async throws {
        var stopped: Set<Int32> = []
        // The postmaster first: then nothing new begins.
        while true {
            let running = try await self.processes().filter { !stopped.contains($0) }
            guard !running.isEmpty else { return }
            for pid in running {
                _ = Foundation.kill(pid, SIGSTOP)
                stopped.insert(pid)
            }
        }
    }

    /// Lets a paused server go on as if no time had passed.
    package func resume() async throws {
        for pid in try await self.processes().reversed() { _ = Foundation.kill(pid, SIGCONT) }
    }

    /// The postmaster and its children.
    private func processes() async throws -> [Int32] {
        guard let postmaster = try await Postmaster(data: self.launch.cluster.data).processID() else {
            throw LocalServerError(.toolFailed, "The server at port \(self.port) does not run.")
        }
        let list = try await Tool(arguments: ["/bin/ps", "-A", "-o", "pid=,ppid="]).output(for: "Listing processes")
        let children = list.split(separator: "\n").compactMap { line -> Int32? in
            let numbers = line.split(separator: " ").compactMap { Int32($0) }
            return numbers.count == 2 && numbers[1] == postmaster ? numbers[0] : nil
        }
        return [postmaster] + children
    }
}
