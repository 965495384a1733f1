#if os(Linux)
    import Foundation
    import LocalServers
    import Logging
    import TestSupport
    import Testing

    /// What is left when the process that owns a server is killed.
    ///
    /// The owner is this test program once more, running the one test that stays with its server for ever.
    @Suite struct OwnerDeathTests {
        private static let folderVariable = "BULKHEAD_TEST_OWNER_FOLDER"
        private static let lifetimeVariable = "BULKHEAD_TEST_OWNER_LIFETIME"

        @Test(.enabled(if: ProcessInfo.processInfo.environment[folderVariable] != nil, "the other process's part"))
        func ownerThatNeverEnds() async throws {
            let environment = ProcessInfo.processInfo.environment
            let folder = URL(fileURLWithPath: try #require(environment[Self.folderVariable]), isDirectory: true)
            let lifetime: LocalPostgres.Lifetime = environment[Self.lifetimeVariable] == "kept" ? .kept : .temporary
            let server = try await LocalPostgres.start(
                in: folder, settings: TestPostgres.settings.merging(["synchronous_commit": "on"]) { $1 },
                lifetime: lifetime, logger: Logger(label: "test"))
            try await server.execute("CREATE TABLE t AS SELECT 7 AS n")
            try Data().write(to: Self.readyFile(folder))
            try await server.waitUntilEnded()
        }

        @Test func `kill -9 of the owner leaves neither server nor temporary folder`() async throws {
            let folder = TestPostgres.temporaryFolder()
            let owner = try await startOwner(folder, lifetime: "temporary")
            let server = try #require(try postmaster(in: folder))
            kill(owner.processIdentifier, SIGKILL)
            try await eventually { kill(server, 0) != 0 && !FileManager.default.fileExists(atPath: folder.path) }
            try FileManager.default.removeItem(at: Self.readyFile(folder))
        }

        @Test func `the next start finds the data of an owner that was killed`() async throws {
            let folder = TestPostgres.temporaryFolder()
            let owner = try await startOwner(folder, lifetime: "kept")
            kill(owner.processIdentifier, SIGKILL)
            // At once, while the old server may still be running.
            let server = try await eventuallyStart(folder)
            #expect(try await server.execute("SELECT n FROM t") == "7")
            try await server.stop()
            try FileManager.default.removeItem(at: folder)
            try FileManager.default.removeItem(at: Self.readyFile(folder))
        }

        @Test func `a server without owner or guardian is stopped before the next start`() async throws {
            let folder = TestPostgres.temporaryFolder()
            let first = try await LocalPostgres.start(
                in: folder, settings: TestPostgres.settings, logger: Logger(label: "test"))
            try await first.stop()
            let orphan = try startOrphan(folder, installation: first.installation)
            try await eventually { try postmaster(in: folder) == orphan.processIdentifier }

            let second = try await eventuallyStart(folder)
            #expect(!orphan.isRunning)
            #expect(try await second.execute("SELECT 1") == "1")
            try await second.stop()
            try FileManager.default.removeItem(at: folder)
        }

        @Test func `a process that got a dead server's number does not stop a start`() async throws {
            let folder = TestPostgres.temporaryFolder()
            let first = try await LocalPostgres.start(
                in: folder, settings: TestPostgres.settings, logger: Logger(label: "test"))
            let file = Self.pidFile(folder)
            let left = try String(contentsOf: file, encoding: .utf8)
            try await first.crash()
            let lines = ["\(getpid())"] + left.components(separatedBy: "\n").dropFirst()
            try lines.joined(separator: "\n").write(to: file, atomically: false, encoding: .utf8)
            try await first.startAgain()
            #expect(try await first.execute("SELECT 1") == "1")
            try await first.stop()
            try FileManager.default.removeItem(at: folder)
        }

        private func startOwner(_ folder: URL, lifetime: String) async throws -> Process {
            let owner = Process()
            owner.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
            owner.arguments = ["--testing-library", "swift-testing", "--filter", "ownerThatNeverEnds"]
            owner.environment = ProcessInfo.processInfo.environment.merging([
                Self.folderVariable: folder.path, Self.lifetimeVariable: lifetime,
            ]) { $1 }
            owner.standardOutput = FileHandle.nullDevice
            try owner.run()
            try await eventually(within: .seconds(60)) {
                FileManager.default.fileExists(atPath: Self.readyFile(folder).path)
            }
            return owner
        }

        /// The lock is free once the dead process is gone from the process table, a moment after the kill.
        private func eventuallyStart(_ folder: URL) async throws -> LocalPostgres {
            var server: LocalPostgres?
            try await eventually {
                do {
                    server = try await LocalPostgres.start(
                        in: folder, settings: TestPostgres.settings, logger: Logger(label: "test"))
                    return true
                } catch let error as LocalServerError where error.code == .folderInUse {
                    return false
                }
            }
            return try #require(server)
        }

        private func startOrphan(_ folder: URL, installation: PostgresInstallation) throws -> Process {
            let data = folder.appendingPathComponent("home/data").path
            let server = [installation.binDirectory.appendingPathComponent("postgres").path, "-D", data]
            let attributes = try FileManager.default.attributesOfItem(atPath: data)
            let (user, group) = (attributes[.ownerAccountID] as? Int, attributes[.groupOwnerAccountID] as? Int)
            let change = ["/usr/bin/setpriv", "--reuid=\(user ?? 0)", "--regid=\(group ?? 0)", "--clear-groups"]
            let command = geteuid() == 0 ? change + server : server
            let orphan = Process()
            orphan.executableURL = URL(fileURLWithPath: command[0])
            orphan.arguments = Array(command.dropFirst())
            orphan.standardError = FileHandle.nullDevice
            try orphan.run()
            return orphan
        }

        private func postmaster(in folder: URL) throws -> pid_t? {
            let file = Self.pidFile(folder)
            guard FileManager.default.fileExists(atPath: file.path) else { return nil }
            return try String(contentsOf: file, encoding: .utf8).split(separator: "\n").first.flatMap { pid_t($0) }
        }

        private static func pidFile(_ folder: URL) -> URL { folder.appendingPathComponent("home/data/postmaster.pid") }

        private static func readyFile(_ folder: URL) -> URL { folder.appendingPathExtension("ready") }
    }
#endif
