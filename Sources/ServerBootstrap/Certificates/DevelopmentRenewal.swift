import ACME
import Certificates
import Foundation
import Logging
import ServiceLifecycle
import TLS

/// Issues another certificate when a third of the time of the one in use is left, and when there is another tenant that
/// has to be named in it.
struct DevelopmentRenewal: Service {
    /// How soon a new tenant is named.
    private static let interval = Duration.seconds(1)

    let certificates: DevelopmentCertificates
    let hosts: DevelopmentHosts
    let live: LiveCertificate
    let board: CertificateBoard
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                await self.renewIfDue()
                do { try await ContinuousClock().sleep(for: Self.interval) } catch { return }
            }
        }
    }

    private func renewIfDue() async {
        do {
            let hosts = try await self.hosts.named()
            let bundle = self.live.bundle
            if Date() > CertificateLifetime(bundle).renewalDue || !hosts.isSubset(of: bundle.names) {
                try self.live.replace(with: try self.certificates.issue(also: hosts))
                self.board.renewed(at: Date())
            }
            self.board.settled(.renewal)
        } catch {
            guard !Task.isCancelled, self.board.failed(.renewal, "\(error)") else { return }
            self.logger.warning("Certificate not renewed", metadata: ["error": "\(error)"])
        }
    }
}
