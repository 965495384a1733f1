import Foundation
import Testing

@testable import LocalServers

@Suite struct ProcessTests {
    @Test(arguments: [("exit 0", Termination.exited(0)), ("exit 7", .exited(7)), ("kill -9 $$", .killed(signal: 9))])
    func `how a process ended`(script: String, expected: Termination) async throws {
        let child = try ChildProcess(Spawn(arguments: ["/bin/sh", "-c", script]))
        #expect(try await child.exit.wait() == expected)
        #expect(try await child.exit.wait(atMost: .zero) == expected)
        child.signal(SIGKILL)
    }

    @Test func `a program that does not exist is an error`() {
        let error = #expect(throws: LocalServerError.self) {
            _ = try ChildProcess(Spawn(arguments: ["/no/such/program"]))
        }
        #expect(error?.code == .system)
    }

    @Test func `a tool's output comes whole, and its errors apart`() async throws {
        let script = "i=0; while [ $i -lt 30000 ]; do echo line $i; i=$((i+1)); done; echo oops >&2"
        let result = try await Tool(arguments: ["/bin/sh", "-c", script]).run()
        #expect(result.output.hasSuffix("line 29999\n"))
        #expect(result.output.split(separator: "\n").count == 30_000)
        #expect(result.errors == "oops\n")
    }

    @Test func `a tool that fails says what it was for`() async throws {
        let error = await #expect(throws: LocalServerError.self) {
            _ = try await Tool(arguments: ["/bin/sh", "-c", "echo reason >&2; exit 3"]).output(for: "Baking")
        }
        #expect(error?.code == .toolFailed)
        #expect(error?.message == "Baking failed: sh ended with exit code 3.")
        #expect(error?.details == "reason\n")
    }

    @Test func `a cancelled task kills its tool`() async throws {
        // To be cancelled from outside, which is the test; awaited below.
        let task = Task { try await Tool(arguments: ["/bin/sleep", "1000"]).run() }
        task.cancel()
        await #expect(throws: CancellationError.self) { _ = try await task.value }
    }

    @Test func `a child gets the standard descriptors, its environment, and nothing else`() async throws {
        // A descriptor that anybody could inherit.
        let descriptor = open("/dev/null", O_RDONLY)
        defer { close(descriptor) }
        let script = "ls /proc/$$/fd; echo; env | sort"
        let tool = Tool(arguments: ["/bin/bash", "-c", script], environment: ["PGPASSWORD": "x"])
        let parts = try await tool.output(for: "Listing").components(separatedBy: "\n\n")
        let descriptors = parts[0].split(separator: "\n").compactMap { Int($0) }
        #expect(!descriptors.contains(Int(descriptor)))
        #expect(descriptors.allSatisfy { $0 <= 2 || $0 == 255 })
        let names = parts[1].split(separator: "\n").compactMap { $0.split(separator: "=").first }
        #expect(Set(names).isSubset(of: ["HOME", "LC_ALL", "PATH", "PGPASSWORD", "PWD", "SHLVL", "TZ", "_"]))
    }

    @Test func `a guarded process ends with its guard's lifeline`() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("guard 'of' \(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        var process: GuardedProcess? = try GuardedProcess(
            ["/bin/sh", "-c", "echo started; exec sleep 1000"], user: nil, log: folder.appendingPathComponent("log"),
            lastSignal: "TERM", removing: [folder])
        let child = try #require(process?.child)
        #expect(process?.status == nil)
        process = nil
        #expect(try await child.exit.wait() == .exited(143))
        #expect(!FileManager.default.fileExists(atPath: folder.path))
    }

    @Test func `a signal reaches a guarded process, and its folder stays`() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("guard-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let process = try GuardedProcess(
            ["/bin/sleep", "1000"], user: nil, log: folder.appendingPathComponent("log"), lastSignal: "KILL",
            removing: [folder])
        process.signal("TERM")
        #expect(try await process.wait() == .exited(143))
        process.signal("TERM")
        #expect(FileManager.default.fileExists(atPath: folder.path))
        try FileManager.default.removeItem(at: folder)
    }

    @Test func `a paused process stands still when the call returns, and goes on afterwards`() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("guard-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let log = folder.appendingPathComponent("log")
        let process = try GuardedProcess(
            ["/bin/sh", "-c", "while :; do echo x; done"], user: nil, log: log, lastSignal: "KILL")
        try await process.pause()
        let size = try Data(contentsOf: log).count
        #expect(try Data(contentsOf: log).count == size)
        process.resume()
        let deadline = ContinuousClock.now + .seconds(10)
        while try Data(contentsOf: log).count == size {
            try #require(ContinuousClock.now < deadline, "it does not go on")
            await Task.yield()
        }
        process.signal("KILL")
        #expect(try await process.wait() == .exited(137))
        await #expect(throws: LocalServerError.self) { try await process.pause() }
        try FileManager.default.removeItem(at: folder)
    }
}
