import Certificates
import Foundation
import NIOSSL
import TLS

/// An authority, and both ends of its handshakes.
struct Authority: Sendable {
    private let authority: DevelopmentAuthority

    init(for base: String = "saas.test") throws { self.authority = try .make(for: base) }

    var pem: String { self.authority.certificatePEM }

    func live() throws -> LiveCertificate {
        try LiveCertificate(self.authority.issue(), covering: ["*.saas.test", "saas.test"])
    }

    /// What a client that trusts the authority handshakes with.
    func client() throws -> NIOSSLContext {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.trustRoots = .certificates(try NIOSSLCertificate.fromPEMBytes(Array(self.pem.utf8)))
        return try NIOSSLContext(configuration: configuration)
    }

    /// What a server handshakes with.
    func server() throws -> NIOSSLContext {
        let bundle = try self.authority.issue()
        let chain = try NIOSSLCertificate.fromPEMBytes(Array(bundle.chainPEM.utf8))
        let key = try NIOSSLPrivateKey(bytes: Array(bundle.keyPEM.utf8), format: .pem)
        return try NIOSSLContext(
            configuration: .makeServerConfiguration(
                certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key)))
    }
}

/// A folder of a test's own.
final class TemporaryFolder: Sendable {
    let url: URL

    init() throws {
        self.url = FileManager.default.temporaryDirectory.appending(path: "edge-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: self.url, withIntermediateDirectories: true)
    }

    deinit {
        do { try FileManager.default.removeItem(at: self.url) } catch { print("left behind: \(self.url.path)") }
    }

    @discardableResult
    func write(_ text: String, to name: String) throws -> String {
        let file = self.url.appending(path: name)
        try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: file)
        return file.path
    }
}
