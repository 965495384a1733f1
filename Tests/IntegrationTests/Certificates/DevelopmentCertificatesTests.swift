import Certificates
import ControlPlane
import Foundation
import TLS
import Tenancy
import TenancyPostgres
import TestSupport
import Testing

@testable import ServerBootstrap

/// The authority of this machine and what it issues.
@Suite struct DevelopmentCertificatesTests {
    @Test func theAuthorityIsMadeOnceForItsOwnerAlone() throws {
        try Self.inFolder { folder in
            let certificates = try Self.certificates(in: folder)
            let summary = try certificates.summary()
            let file = try String(contentsOf: summary.file, encoding: .utf8)
            #expect(summary.file.lastPathComponent == "ca.pem" && file.contains("BEGIN CERTIFICATE"))
            #expect(!file.contains("KEY") && summary.name.contains("localhost"))
            #expect(summary.notAfter > Date().addingTimeInterval(3000 * 86_400))
            #expect(try Self.modes(folder) == ["": 0o700, "ca.pem": 0o600, "ca-key.pem": 0o600])

            #expect(try certificates.summary() == summary)
            let bundle = try certificates.issue(also: ["acme.localhost"])
            #expect(bundle.names.sorted() == ["acme.localhost", "admin.localhost", "localhost"])
            #expect(bundle.issuer == summary.name)
            #expect(try String(contentsOf: summary.file, encoding: .utf8) == file)
        }
    }

    @Test func anAuthorityForAnotherDomainOrAtItsEndIsReplaced() throws {
        try Self.inFolder { folder in
            let first = try Self.certificates(in: folder).summary()
            let other = try Self.certificates(in: folder, base: "dev.example").summary()
            #expect(other.name != first.name && other.name.contains("dev.example"))
            let old = try DevelopmentAuthority.make(for: "localhost", at: Date().addingTimeInterval(-3600 * 86_400))
            try Data(old.certificatePEM.utf8).write(to: folder.appending(path: "ca.pem"))
            try Data(old.keyPEM.utf8).write(to: folder.appending(path: "ca-key.pem"))
            let next = try Self.certificates(in: folder).summary()
            #expect(next.name != old.name && next.notAfter > old.notAfter)
            // Killed between the two files: a certificate without a key is none.
            try FileManager.default.removeItem(at: folder.appending(path: "ca-key.pem"))
            #expect(try Self.certificates(in: folder).summary().name != next.name)
        }
    }

    @Test(
        arguments: [
            ("ca.pem", "nonsense", "holds no certificate"), ("ca-key.pem", "nonsense", "the private key is missing"),
            ("ca.pem", nil, "ca.pem is missing"), ("ca-key.pem", "another", "not the certificate and key of one"),
        ] as [(String, String?, String)])
    func brokenFilesAreNamedWithWhatToDo(name: String, text: String?, words: String) throws {
        try Self.inFolder { folder in
            let certificates = try Self.certificates(in: folder)
            _ = try certificates.summary()
            let file = folder.appending(path: name)
            switch text {
            case nil: try FileManager.default.removeItem(at: file)
            case "another":
                try Data(DevelopmentAuthority.make(for: "localhost").keyPEM.utf8).write(to: file)
            case .some(let text): try Data(text.utf8).write(to: file)
            }
            let error = try #require(throws: BootstrapError.self) { try certificates.issue() }
            #expect(error.description.contains(words), "\(error)")
            #expect(error.description.hasPrefix("\(folder.path): holds no authority that can be used"))
            #expect(error.description.hasSuffix("Remove the folder to start anew"))
        }
    }

    @Test func aNewTenantIsNamedBelowLocalhost() async throws {
        try await CertificateBench.withCatalog { bulkhead, shared, folder in
            _ = try await bulkhead.beginTenant("early")
            let shown = try await Self.shown(bulkhead, shared, folder, base: "localhost")
            #expect(shown.live.bundle.covers("early.localhost") && shown.status.source == "development")
            let authority = shown.live.bundle.issuer
            try await CertificateProcess.running(shown.services) {
                _ = try await bulkhead.beginTenant("acme")
                try await eventually { shown.live.bundle.covers("acme.localhost") }
            }
            #expect(shown.live.bundle.covers("early.localhost") && shown.live.bundle.covers("admin.localhost"))
            #expect(shown.live.bundle.issuer == authority)
            #expect(shown.status.state == .valid && shown.status.lastError == nil)
        }
    }

    @Test func damageWhileRunningIsSaidAndForgottenWhenItIsMended() async throws {
        try await CertificateBench.withCatalog { bulkhead, shared, folder in
            let shown = try await Self.shown(bulkhead, shared, folder, base: "localhost")
            let file = folder.appending(path: "tls/ca.pem")
            let good = try Data(contentsOf: file)
            try Data("nonsense".utf8).write(to: file)
            _ = try await bulkhead.beginTenant("acme")
            try await CertificateProcess.running(shown.services) {
                try await eventually { shown.status.lastError?.detail.contains("holds no certificate") == true }
                #expect(!shown.live.bundle.covers("acme.localhost"))
                try good.write(to: file)
                try await eventually { shown.live.bundle.covers("acme.localhost") && shown.status.lastError == nil }
            }
        }
    }

    @Test func aWildcardCoversTenantsOfOtherDomains() async throws {
        try await CertificateBench.withCatalog { bulkhead, shared, folder in
            _ = try await bulkhead.beginTenant("acme")
            let shown = try await Self.shown(bulkhead, shared, folder, base: "dev.example")
            #expect(shown.live.bundle.names.sorted() == ["*.dev.example", "dev.example"])
        }
    }

    private static func shown(
        _ bulkhead: BulkheadDatabase, _ shared: CertificateSharing, _ folder: URL, base: String
    ) async throws -> ServerCertificate {
        try await ServerCertificate.load(
            CertificateConfiguration(source: .development(folder: folder.appending(path: "tls")), hsts: 0),
            base: try #require(BaseDomain(base)), shared: shared,
            tenants: PostgresTenantRepository(client: bulkhead.control), logger: .silent)
    }

    private static func certificates(in folder: URL, base: String = "localhost") throws -> DevelopmentCertificates {
        DevelopmentCertificates(folder: folder, base: try #require(BaseDomain(base)))
    }

    private static func inFolder(_ body: (URL) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "bulkhead-tls-\(UUID().uuidString)")
        defer {
            // What a test leaves in the system's temporary folder harms nobody.
            try? FileManager.default.removeItem(at: folder)
        }
        try body(folder)
    }

    private static func modes(_ folder: URL) throws -> [String: Int] {
        let paths = [""] + (try FileManager.default.contentsOfDirectory(atPath: folder.path))
        return try paths.reduce(into: [:]) { modes, path in
            let attributes = try FileManager.default.attributesOfItem(atPath: folder.appending(path: path).path)
            modes[path] = attributes[.posixPermissions] as? Int
        }
    }
}
