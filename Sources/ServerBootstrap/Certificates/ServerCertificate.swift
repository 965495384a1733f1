import ACME
import Certificates
import ControlPlane
import Foundation
import Logging
import ServiceLifecycle
import TLS
import Tenancy

/// The certificate of the HTTP listener, and whatever keeps it fresh.
struct ServerCertificate: Sendable {
    /// Where it comes from, as the admin API calls it.
    let source: String
    /// The certificate in use.
    let live: LiveCertificate
    /// What has become of it.
    let board: CertificateBoard
    /// Keep it fresh.
    let services: [any Service]

    /// Finds the first certificate.
    ///
    /// - Throws: ``BootstrapError`` if files do not hold one that can be used; what the catalog throws.
    static func load(
        _ configuration: CertificateConfiguration, base: BaseDomain, shared: CertificateSharing,
        tenants: any TenantRepository, logger: Logger
    ) async throws -> ServerCertificate {
        let hosts = DevelopmentAuthority.standardNames(for: base.description)
        switch configuration.source {
        case .files(let chain, let key):
            return try Self.files(chain.path, key.path, base: base, logger)
        case .development(let folder):
            return try await Self.development(
                DevelopmentCertificates(folder: folder, base: base), DevelopmentHosts(base: base, tenants: tenants),
                hosts, logger)
        case .acme:
            return try await Self.shared(shared, base, hosts, logger)
        }
    }

    /// A certificate from files that somebody else keeps.
    ///
    /// - Throws: ``BootstrapError`` if they do not hold one that can be used.
    static func files(
        _ chain: String, _ key: String, base: BaseDomain, _ logger: Logger
    ) throws -> ServerCertificate {
        let hosts = DevelopmentAuthority.standardNames(for: base.description)
        let board = CertificateBoard()
        do {
            let files = try CertificateFiles(chain: chain, key: key, covering: hosts, logger: logger) { report in
                switch report {
                case .loaded: board.renewed(at: Date())
                case .refused(let reason): board.failed(.use, reason)
                }
            }
            return ServerCertificate(source: "files", live: files.live, board: board, services: [files])
        } catch {
            throw BootstrapError.certificateFiles(chain: chain, key: key, reason: error.description)
        }
    }

    private static func development(
        _ certificates: DevelopmentCertificates, _ tenants: DevelopmentHosts, _ hosts: [String], _ logger: Logger
    ) async throws -> ServerCertificate {
        let first = try certificates.issue(also: try await tenants.named())
        let live = try LiveCertificate(first, covering: hosts)
        let board = CertificateBoard()
        let renewal = DevelopmentRenewal(
            certificates: certificates, hosts: tenants, live: live, board: board, logger: logger)
        return ServerCertificate(source: "development", live: live, board: board, services: [renewal])
    }

    private static func shared(
        _ shared: CertificateSharing, _ base: BaseDomain, _ hosts: [String], _ logger: Logger
    ) async throws -> ServerCertificate {
        let found = try await shared.found()
        let usable: LiveCertificate?
        do {
            usable = try shared.bundle(of: found).map {
                try LiveCertificate($0, covering: hosts, at: $0.earliestUse)
            }
        } catch {
            // The follower meets the same, and tells of it.
            usable = nil
        }
        let live = try usable ?? LiveCertificate(try Self.provisional(base), covering: hosts)
        let board = CertificateBoard(
            renewedAt: usable == nil ? nil : found.record.renewedAt, isProvisional: usable == nil)
        let follower = CertificateFollower(
            shared: shared, live: live, board: board, version: usable == nil ? 0 : found.record.version,
            logger: logger)
        return ServerCertificate(source: "acme", live: live, board: board, services: [follower])
    }

    /// Lets the listener listen until there is a certificate; nobody trusts it.
    private static func provisional(_ base: BaseDomain) throws -> CertificateBundle {
        try DevelopmentAuthority.make(for: base.description).issue()
    }
}

extension ServerCertificate: CertificateOverview {
    /// How it stands with the certificate.
    var status: CertificateStatus {
        // First, so that a certificate that is replaced meanwhile is not called provisional.
        let isProvisional = self.board.isProvisional
        let bundle = self.live.bundle
        let state: CertificateStatus.State =
            isProvisional
            ? .provisional : Date() > bundle.notAfter ? .expired : Date() > Self.due(bundle) ? .due : .valid
        return CertificateStatus(
            source: self.source, state: state, names: bundle.names, issuer: bundle.issuer, serial: bundle.serial,
            notBefore: bundle.notBefore, notAfter: bundle.notAfter, renewedAt: self.board.renewedAt,
            lastError: self.board.lastError, nextAttemptAt: self.board.nextAttemptAt)
    }

    func certificates() async throws -> [CertificateStatus] { [self.status] }

    /// An hour after renewal was to begin: before that, somebody is at it.
    private static func due(_ bundle: CertificateBundle) -> Date {
        let life = bundle.notAfter.timeIntervalSince(bundle.notBefore)
        return CertificateLifetime(bundle).renewalDue.addingTimeInterval(min(3600, life / 10))
    }
}
