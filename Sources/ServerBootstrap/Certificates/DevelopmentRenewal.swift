import Certificates
import ControlPlane
import Foundation
import Logging
import ServiceLifecycle
import TLS
import Tenancy

/// Issues another certificate when a third of the time of the one in use is left, and when there is another tenant that
/// has to be named in it.
struct DevelopmentRenewal: Service {
    /// How soon a new tenant is named.
    private static let interval = Duration.seconds(1)
    /// A certificate has room for so many names.
    private static let mostHosts = 1000

    let certificates: DevelopmentCertificates
    let base: BaseDomain
    let tenants: any TenantRepository
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
            let hosts = self.certificates.namesHosts ? try await self.hosts() : []
            let bundle = self.live.bundle
            let life = bundle.notAfter.timeIntervalSince(bundle.notBefore)
            let isDue = Date() > bundle.notAfter.addingTimeInterval(-life / 3)
            guard isDue || !hosts.isSubset(of: bundle.names) else { return }
            try self.live.replace(with: try self.certificates.issue(also: hosts))
            self.board.renewed()
        } catch is CancellationError {
            return
        } catch {
            self.board.failed(.init(detail: "\(error)", at: Date()))
            self.logger.warning("Certificate not renewed", metadata: ["error": "\(error)"])
        }
    }

    /// The hosts of tenants that are there or to come.
    private func hosts() async throws -> Set<String> {
        var hosts: Set<String> = []
        var request = PageRequest(limit: PageRequest.limits.upperBound)
        while hosts.count < Self.mostHosts {
            let page = try await self.tenants.tenants(request)
            let there = page.items.filter { $0.status == .provisioning || TenantStatus.living.contains($0.status) }
            hosts.formUnion(there.map { self.base.host(of: $0.subdomain) })
            guard let next = page.next else { break }
            request.cursor = next
        }
        return hosts
    }
}
