import Certificates
public import Foundation
public import Tenancy

/// The authority of this machine, in a folder, and the certificates that it issues.
public struct DevelopmentCertificates: Sendable {
    /// What people who are to trust the authority want to know of it.
    public struct Summary: Sendable, Hashable {
        /// The name under which trust stores list it.
        public let name: String
        /// Where its certificate is.
        public let file: URL
        /// Until when it is valid.
        public let notAfter: Date
    }

    /// What people want to know of the authority; it is made if there is none.
    ///
    /// - Throws: ``BootstrapError`` if what is there is none.
    public func summary() throws -> Summary {
        let authority = try self.authority()
        return Summary(name: authority.name, file: self.authorityFile, notAfter: authority.notAfter)
    }

    private var authorityFile: URL { self.folder.appending(path: "ca.pem") }
    private var key: PrivateFile { PrivateFile(url: self.folder.appending(path: "ca-key.pem")) }

    private let folder: URL
    private let base: BaseDomain

    /// Names a folder, which need not exist.
    public init(folder: URL, base: BaseDomain) {
        self.folder = folder
        self.base = base
    }

    /// The authority; made if there is none, or if it is about to end.
    ///
    /// - Throws: ``BootstrapError`` if what is there is none.
    func authority() throws -> DevelopmentAuthority {
        if let secret = try self.key.read() {
            let authority = try self.authority(key: String(decoding: secret, as: UTF8.self))
            let lasts = authority.notAfter > Date().addingTimeInterval(Self.lead)
            if authority.base == self.base.description, lasts { return authority }
        }
        let authority = try DevelopmentAuthority.make(for: self.base.description)
        try self.make()
        // The key goes first and comes last: a certificate without one is taken for none, a key without its own
        // certificate for damage.
        try self.key.remove()
        try PrivateFile(url: self.authorityFile).write(Data(authority.certificatePEM.utf8))
        try self.key.write(Data(authority.keyPEM.utf8))
        return authority
    }

    private func authority(key: String) throws -> DevelopmentAuthority {
        guard let certificate = try PrivateFile(url: self.authorityFile).read() else {
            throw self.unusable("ca.pem is missing")
        }
        do throws(CertificateError) {
            return try DevelopmentAuthority(
                certificatePEM: String(decoding: certificate, as: UTF8.self), keyPEM: key)
        } catch {
            throw self.unusable(error.description)
        }
    }

    private func unusable(_ reason: String) -> BootstrapError {
        .instanceFile(
            self.folder.path, reason: "holds no authority that can be used: \(reason). Remove the folder to start anew")
    }

    /// A new certificate for the base domain and everything below it, and for these hosts by name.
    func issue(also hosts: Set<String> = []) throws -> CertificateBundle {
        try self.authority().issue(also: hosts.sorted())
    }

    /// A certificate is not issued by an authority that ends before it.
    private static let lead = TimeInterval(DevelopmentAuthority.longestLifetimeDays) * 86_400

    private func make() throws {
        do {
            try FileManager.default.createDirectory(
                at: self.folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw BootstrapError.instanceFile(self.folder.path, reason: "cannot be made: \(error.localizedDescription)")
        }
    }
}
