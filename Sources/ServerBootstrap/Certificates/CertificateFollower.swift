import ACME
import Certificates
import Foundation
import Logging
import ServiceLifecycle
import TLS
import Tenancy

/// Takes into use what another process got, or this one.
struct CertificateFollower: Service {
    let shared: CertificateSharing
    let live: LiveCertificate
    let board: CertificateBoard
    /// The number of the certificate in use at the start; 0 if that is not one of the catalog's.
    let version: Int
    let logger: Logger
    /// How often the catalog is asked.
    var interval = Duration.seconds(2)

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var version = self.version
            while !Task.isCancelled {
                await self.look(&version)
                do { try await ContinuousClock().sleep(for: self.interval) } catch { return }
            }
        }
    }

    private func look(_ version: inout Int) async {
        let found: CertificateSharing.Found
        do {
            found = try await self.shared.found()
        } catch {
            guard !Task.isCancelled, self.board.failed(.source, "the catalog cannot be asked: \(error)") else { return }
            self.logger.warning("Certificate not looked for in the catalog", metadata: ["error": "\(error)"])
            return
        }
        self.board.settled(.source)
        self.board.renewal(found.state)
        // Another number, not a higher one: a catalog that was restored has an earlier one.
        guard found.record.version != version else { return }
        // Also if it cannot be used: it is then refused once, and not every other second.
        version = found.record.version
        self.take(found)
    }

    /// The one in use stays in use, whatever is wrong with another one.
    private func take(_ found: CertificateSharing.Found) {
        do {
            guard let bundle = try self.shared.bundle(of: found) else { return }
            try self.live.replace(with: bundle, at: bundle.earliestUse)
            self.board.renewed(at: found.record.renewedAt)
            self.logger.notice("New certificate in use", metadata: ["certificate": "\(bundle)"])
        } catch {
            let reason = "\(error)"
            self.board.failed(.use, "the certificate in the catalog is not used: \(reason)")
            self.logger.error(
                "Certificate of the catalog refused; the old one stays in use", metadata: ["reason": "\(reason)"])
        }
    }
}
