import Foundation
import LocalServers
import Logging
import TestSupport
import Testing

/// Folders in unusual places and states.
@Suite struct ServerFolderTests {
    @Test func `a folder too deep for a socket gets its socket elsewhere`() async throws {
        let top = TestPostgres.temporaryFolder()
        let deep = top.appendingPathComponent(String(repeating: "d", count: 100), isDirectory: true)
        try FileManager.default.createDirectory(at: top, withIntermediateDirectories: true)
        let server = try await start(deep)
        let sockets = try #require(server.socketDirectory)
        #expect(!sockets.path.hasPrefix(top.path))
        #expect(try await server.execute("SELECT 1") == "1")
        try await server.stop()
        #expect(!FileManager.default.fileExists(atPath: sockets.path))
        try FileManager.default.removeItem(at: top)
    }

    @Test(.enabled(if: geteuid() == 0, "only root's servers run as another user"))
    func `a folder that the server's user cannot reach gets its data elsewhere`() async throws {
        let top = TestPostgres.temporaryFolder()
        try FileManager.default.createDirectory(
            at: top, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        let folder = top.appendingPathComponent("closed", isDirectory: true)
        let server = try await start(folder)
        let home = folder.appendingPathComponent("home").resolvingSymlinksInPath()
        #expect(home.path.hasPrefix("/var/lib/bulkhead/"))
        try await server.execute("CREATE TABLE t AS SELECT 7 AS n")
        try await server.stop()

        let again = try await start(folder)
        #expect(try await again.execute("SELECT n FROM t") == "7")
        try await again.stop()

        try FileManager.default.removeItem(at: home)
        let error = await #expect(throws: LocalServerError.self) { _ = try await start(folder) }
        #expect(error?.code == .folderUnusable)
        #expect(error?.description.contains(home.path) == true)
        try FileManager.default.removeItem(at: top)
    }

    @Test func `what an interrupted start left is swept away`() async throws {
        let folder = TestPostgres.temporaryFolder()
        let half = folder.appendingPathComponent("home/data.new-half", isDirectory: true)
        try FileManager.default.createDirectory(
            at: half, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o755])
        for part in [folder, folder.appendingPathComponent("home")] where geteuid() == 0 {
            // The server's user must be able to write there, as in a folder made by the server's own start.
            try FileManager.default.setAttributes([.posixPermissions: 0o777], ofItemAtPath: part.path)
        }
        let server = try await start(folder)
        #expect(!FileManager.default.fileExists(atPath: half.path))
        try await server.stop()
        try FileManager.default.removeItem(at: folder)
    }

    @Test func `a file where the folder should be is said`() async throws {
        let file = TestPostgres.temporaryFolder()
        try Data().write(to: file)
        let error = await #expect(throws: LocalServerError.self) { _ = try await start(file) }
        #expect(error?.code == .folderUnusable)
        #expect(error?.description.contains("\(file.path) is a file") == true)
        try FileManager.default.removeItem(at: file)
    }
}

private func start(_ folder: URL) async throws -> LocalPostgres {
    try await LocalPostgres.start(in: folder, settings: TestPostgres.settings, logger: Logger(label: "test"))
}
