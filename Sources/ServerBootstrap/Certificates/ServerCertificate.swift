import Certificates
import ControlPlane
import Foundation
import Identity
import Logging
import ServiceLifecycle
import TLS
import Tenancy

/// The certificate of the HTTP listener, and whatever keeps it fresh.
struct ServerCertificate: Sendable {
    /// The certificate in use.
    let live: LiveCertificate
    /// What is known of it.
    let board: CertificateBoard
    /// Keep it fresh.
    let services: [any Service]

    /// Finds the first certificate.
    ///
    /// - Throws: `CertificateError`, ``BootstrapError`` or what the catalog throws if there is none to begin with.
    static func load(
        _ configuration: CertificateConfiguration, base: BaseDomain, shared: CertificateSharing,
        tenants: any TenantRepository, logger: Logger
    ) async throws -> ServerCertificate {
        let hosts = DevelopmentAuthority.standardNames(for: base.description)
        switch configuration.source {
        case .files(let chain, let key):
            return try Self.files(chain, key, hosts, logger)
        case .development(let folder):
            return try Self.development(folder, base, tenants, hosts, logger)
        case .acme:
            return try await Self.shared(shared, base, hosts, logger)
        }
    }

    private static func files(
        _ chain: URL, _ key: URL, _ hosts: [String], _ logger: Logger
    ) throws -> ServerCertificate {
        let reports = FileReports()
        let files = try CertificateFiles(chain: chain.path, key: key.path, covering: hosts, logger: logger) {
            reports.take($0)
        }
        let board = CertificateBoard(source: "files", live: files.live)
        reports.forward(to: board)
        return ServerCertificate(live: files.live, board: board, services: [files])
    }

    private static func development(
        _ folder: URL, _ base: BaseDomain, _ tenants: any TenantRepository, _ hosts: [String], _ logger: Logger
    ) throws -> ServerCertificate {
        let certificates = DevelopmentCertificates(folder: folder, base: base)
        let live = try LiveCertificate(try certificates.issue(), covering: hosts)
        let board = CertificateBoard(source: "development", live: live)
        let renewal = DevelopmentRenewal(
            certificates: certificates, base: base, tenants: tenants, live: live, board: board, logger: logger)
        return ServerCertificate(live: live, board: board, services: [renewal])
    }

    private static func shared(
        _ shared: CertificateSharing, _ base: BaseDomain, _ hosts: [String], _ logger: Logger
    ) async throws -> ServerCertificate {
        let found = try await shared.newest(after: 0)
        let usable = found.flatMap { found in
            // One that has run out is as good as none.
            (try? LiveCertificate(found.bundle, covering: hosts)).map { (live: $0, version: found.version) }
        }
        let live = try usable?.live ?? LiveCertificate(try Self.provisional(base), covering: hosts)
        let board = CertificateBoard(source: "acme", live: live, isProvisional: usable == nil)
        let follower = CertificateFollower(
            shared: shared, live: live, board: board, version: usable?.version ?? 0, logger: logger)
        return ServerCertificate(live: live, board: board, services: [follower])
    }

    /// Lets the listener listen until there is a certificate; nobody trusts it.
    private static func provisional(_ base: BaseDomain) throws -> CertificateBundle {
        try DevelopmentAuthority.make(for: base.description).issue()
    }
}

/// Takes what the watcher of files reports to the board, which needs the watcher first.
private final class FileReports: Sendable {
    private let board = OnceSet<CertificateBoard>()

    func forward(to board: CertificateBoard) { self.board.set(board) }

    func take(_ report: CertificateFiles.Report) {
        switch report {
        case .loaded: self.board.value?.renewed()
        case .refused(let reason): self.board.value?.failed(.init(detail: reason, at: Date()))
        }
    }
}
