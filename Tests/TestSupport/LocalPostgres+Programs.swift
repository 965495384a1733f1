import Foundation
public import LocalServers
import Logging

/// What a test does to a server's files, as the user that the server runs as.
extension LocalPostgres {
    /// Runs a script of the shell in the data folder.
    ///
    /// - Parameter script: without backslashes and tabs, which would be changed on the way.
    public func runScript(_ script: String) async throws {
        try await self.execute(
            "COPY (SELECT unnest(string_to_array($script$set -e\n\(script)$script$, E'\\n'))) TO PROGRAM 'sh -s'")
    }

    /// Lends a standby that follows this server by streaming replication.
    public func withStandby<Value>(_ body: (LocalPostgres) async throws -> Value) async throws -> Value {
        let folder = TestPostgres.temporaryFolder()
        let files = FileManager.default
        try files.createDirectory(at: folder, withIntermediateDirectories: false)
        // For the server's user, who makes the rest of it.
        try files.setAttributes([.posixPermissions: 0o777], ofItemAtPath: folder.path)
        let programs = self.installation.binDirectory.path
        let home = folder.appendingPathComponent("home").path
        try await self.runScript(
            """
            mkdir -m 700 '\(home)'
            '\(programs)/pg_basebackup' -D '\(home)/data' -R -X stream -c fast -d '\(self.uri())' >/dev/null
            """)
        try files.setAttributes([.posixPermissions: 0o711], ofItemAtPath: folder.path)
        try Data(self.superuserPassword.utf8).write(to: folder.appendingPathComponent("superuser-password"))
        let standby = try await LocalPostgres.start(
            in: folder, settings: TestPostgres.settings, lifetime: .temporary, logger: .init(label: "test.standby"))
        let value: Value
        do {
            value = try await body(standby)
        } catch {
            try await standby.stop(.immediate)
            throw error
        }
        try await standby.stop(.immediate)
        return value
    }
}
