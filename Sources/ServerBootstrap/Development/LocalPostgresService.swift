import Foundation
public import LocalServers
public import ServiceLifecycle

/// A private PostgreSQL as a part of a server: stops when everything else has, and takes the server down if it ends.
public struct LocalPostgresService: Service {
    private let postgres: LocalPostgres

    /// Takes over a server that runs.
    public init(_ postgres: LocalPostgres) {
        self.postgres = postgres
    }

    /// Waits for graceful shutdown, then stops PostgreSQL.
    ///
    /// - Throws: ``BootstrapError/databaseEnded(log:)`` if PostgreSQL ends by itself.
    public func run() async throws {
        try await cancelWhenGracefulShutdown {
            do {
                try await self.postgres.waitUntilEnded()
            } catch is CancellationError {
                return
            }
        }
        guard self.postgres.isRunning else {
            throw BootstrapError.databaseEnded(log: self.postgres.directory.appending(path: "server.log").path)
        }
        try await self.postgres.stop()
    }
}
