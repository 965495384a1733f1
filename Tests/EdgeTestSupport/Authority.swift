import Certificates
package import Foundation
package import NIOSSL
package import TLS

/// An authority, and both ends of its handshakes.
package struct Authority: Sendable {
    private let authority: DevelopmentAuthority

    package init(for base: String = "saas.test") throws { self.authority = try .make(for: base) }

    package var pem: String { self.authority.certificatePEM }

    package func live() throws -> LiveCertificate {
        try LiveCertificate(self.authority.issue(), covering: ["*.saas.test", "saas.test"])
    }

    /// A chain and a key in files.
    package func files(in folder: TemporaryFolder) throws -> (chain: String, key: String) {
        let bundle = try self.authority.issue()
        return (
            try folder.write(bundle.chainPEM, to: "chain.pem"), try folder.write(bundle.keyPEM, to: "key.pem")
        )
    }

    /// What a client that trusts the authority handshakes with.
    package func client() throws -> NIOSSLContext {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.trustRoots = .certificates(try NIOSSLCertificate.fromPEMBytes(Array(self.pem.utf8)))
        return try NIOSSLContext(configuration: configuration)
    }

    /// What a server handshakes with.
    package func server() throws -> NIOSSLContext {
        let bundle = try self.authority.issue()
        let chain = try NIOSSLCertificate.fromPEMBytes(Array(bundle.chainPEM.utf8))
        let key = try NIOSSLPrivateKey(bytes: Array(bundle.keyPEM.utf8), format: .pem)
        return try NIOSSLContext(
            configuration: .makeServerConfiguration(
                certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key)))
    }
}

/// A folder of a test's own.
package final class TemporaryFolder: Sendable {
    package let url: URL

    package init() throws {
        self.url = FileManager.default.temporaryDirectory.appending(path: "edge-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: self.url, withIntermediateDirectories: true)
    }

    deinit {
        do { try FileManager.default.removeItem(at: self.url) } catch { print("left behind: \(self.url.path)") }
    }

    @discardableResult
    package func write(_ text: String, to name: String) throws -> String {
        let file = self.url.appending(path: name)
        try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: file)
        return file.path
    }
}
