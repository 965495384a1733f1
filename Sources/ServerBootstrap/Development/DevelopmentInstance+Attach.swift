import Foundation
import LocalServers
public import Logging

extension DevelopmentFolder {
    /// Lends the instance's configuration to a command, whether the instance runs or not: its PostgreSQL is started for
    /// as long as the command needs it.
    ///
    /// - Throws: ``BootstrapError/noInstance(_:)``; `LocalServerError`.
    public nonisolated func attached<Value: Sendable>(
        logger: Logger, _ body: ([Setting: String]) async throws -> Value
    ) async throws -> Value {
        guard var record = try self.record() else { throw BootstrapError.noInstance(self.url.path) }
        guard let postgres = try await self.startIfStopped(logger) else { return try await body(self.settings(record)) }
        record.databasePort = postgres.port
        var settings = self.settings(record)
        // Nobody listens, so no handshake can prove anything; links are still those of the next start.
        settings[.tlsSource] = "none"
        let value: Value
        do {
            value = try await body(settings)
        } catch {
            try await postgres.stop()
            throw error
        }
        try await postgres.stop()
        return value
    }

    /// Nil if another process runs the instance.
    private func startIfStopped(_ logger: Logger) async throws -> LocalPostgres? {
        do {
            return try await LocalPostgres.start(in: self.postgres, logger: logger)
        } catch let error as LocalServerError where error.code == .folderInUse {
            return nil
        }
    }
}
