import Certificates
import ControlPlane
import Foundation
import TLS
import Tenancy
import TenancyPostgres
import TestSupport
import Testing

@testable import ServerBootstrap

/// Certificates in files, from the settings to what is shown.
@Suite struct CertificateFilesTests {
    @Test func filesThatAreSwappedAreTakenWithinSeconds() async throws {
        try await Self.withFiles { files in
            let shown = try await files.shown()
            #expect(shown.status.source == "files" && shown.status.state == .valid)
            let next = try CertificateBundle.issued()
            try await CertificateProcess.running(shown.services) {
                try files.write(next)
                try await eventually(within: .seconds(10)) { shown.status.serial == next.serial }
            }
            #expect(shown.status.lastError == nil)
        }
    }

    @Test func whatCannotBeUsedIsRefusedAndTheOldOneStays() async throws {
        try await Self.withFiles { files in
            let shown = try await files.shown()
            let old = shown.status.serial
            try await CertificateProcess.running(shown.services) {
                try files.write(.issued(daysAgo: 10, lasting: 1))
                try await eventually { shown.status.lastError?.detail.contains("expired at") == true }
                #expect(shown.status.serial == old && shown.status.state == .valid)
                try files.write(.issued(), key: .issued())
                try await eventually { shown.status.lastError?.detail.contains("the private key is not that") == true }
                #expect(shown.status.serial == old)
                let good = try CertificateBundle.issued()
                try files.write(good)
                try await eventually { shown.status.serial == good.serial && shown.status.lastError == nil }
            }
        }
    }

    @Test func badFilesAtTheStartAreNamed() async throws {
        try await Self.withFiles { files in
            try files.write(.issued(daysAgo: 10, lasting: 1))
            try await files.expectFailure("expired at")
            try files.write(.issued(for: "other.test"))
            try await files.expectFailure("does not cover *.saas.test, saas.test")
            try files.write(.issued(), key: .issued())
            try await files.expectFailure("the private key is not that of the first certificate")
            try FileManager.default.removeItem(at: files.key)
            try await files.expectFailure("\(files.key.path) cannot be read")
        }
    }

    private struct Files {
        let bulkhead: BulkheadDatabase
        let shared: CertificateSharing
        let chain: URL
        let key: URL

        func write(_ bundle: CertificateBundle, key: CertificateBundle? = nil) throws {
            try Data(bundle.chainPEM.utf8).write(to: self.chain, options: .atomic)
            try Data((key ?? bundle).keyPEM.utf8).write(to: self.key, options: .atomic)
        }

        /// As a server does that was configured by variables.
        func shown() async throws -> ServerCertificate {
            let configuration = try ConfigurationTrial(
                "BULKHEAD_TLS_SOURCE=files", "BULKHEAD_TLS_CERTIFICATE_FILE=\(self.chain.path)",
                "BULKHEAD_TLS_KEY_FILE=\(self.key.path)"
            ).configuration()
            return try await ServerCertificate.load(
                try #require(configuration.certificate), base: configuration.baseDomain, shared: self.shared,
                tenants: PostgresTenantRepository(client: self.bulkhead.control), logger: .silent)
        }

        func expectFailure(_ words: String) async throws {
            let error = try await #require(throws: BootstrapError.self) { try await self.shown() }
            #expect(error.description.contains(words), "\(error)")
            #expect(error.description.contains(self.chain.path) && error.description.contains(self.key.path))
        }
    }

    private static func withFiles(_ body: (Files) async throws -> Void) async throws {
        try await CertificateBench.withCatalog { bulkhead, shared, folder in
            let files = Files(
                bulkhead: bulkhead, shared: shared, chain: folder.appending(path: "chain.pem"),
                key: folder.appending(path: "key.pem"))
            try files.write(.issued())
            try await body(files)
        }
    }
}
