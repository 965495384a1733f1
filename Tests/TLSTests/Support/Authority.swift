import Certificates
import Foundation
import TLS

/// An authority for `saas.test`, and what it issues.
struct Authority: Sendable {
    static let hosts = ["*.saas.test", "saas.test"]

    let authority: DevelopmentAuthority

    init() throws {
        self.authority = try .make(for: "saas.test", at: Date(timeIntervalSinceNow: -400 * 86_400))
    }

    var pem: String { self.authority.certificatePEM }

    func good() throws -> CertificateBundle { try self.authority.issue() }

    func expired() throws -> CertificateBundle {
        try self.authority.issue(days: 30, at: Date(timeIntervalSinceNow: -31 * 86_400))
    }

    func future() throws -> CertificateBundle {
        try self.authority.issue(at: Date(timeIntervalSinceNow: 2 * 86_400))
    }

    /// For other hosts.
    static func foreign() throws -> CertificateBundle { try DevelopmentAuthority.make(for: "other.test").issue() }

    func live() throws -> LiveCertificate { try LiveCertificate(self.good(), covering: Self.hosts) }
}
