import ACME
import ControlPlane
import Foundation
import Logging
import ServiceLifecycle
import TLS

/// Takes into use what another process got, or this one.
struct CertificateFollower: Service {
    /// How often the catalog is asked for another number.
    private static let interval = Duration.seconds(2)

    let shared: CertificateSharing
    let live: LiveCertificate
    let board: CertificateBoard
    /// The number of the certificate in use at the start.
    let version: Int
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var version = self.version
            while !Task.isCancelled {
                await self.look(&version)
                do { try await ContinuousClock().sleep(for: Self.interval) } catch { return }
            }
        }
    }

    private func look(_ version: inout Int) async {
        do {
            let failure = try await self.shared.found().state
            self.board.failed(
                failure.lastFailure.map { .init(detail: $0.text, at: $0.date) }, nextAttemptAt: failure.retryAt)
            guard let newest = try await self.shared.newest(after: version) else { return }
            // Also if it cannot be used: it is then refused once, and not every other second.
            version = newest.version
            try self.live.replace(with: newest.bundle)
            self.board.renewed(at: newest.renewedAt ?? Date())
            self.logger.notice("New certificate in use", metadata: ["certificate": "\(newest.bundle)"])
        } catch is CancellationError {
            return
        } catch {
            // The one in use stays in use, whatever is wrong with the catalog or with another one.
            self.board.failed(.init(detail: "\(error)", at: Date()))
            self.logger.warning("Certificate not taken from the catalog", metadata: ["error": "\(error)"])
        }
    }
}
