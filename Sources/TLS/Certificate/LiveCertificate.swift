public import Certificates
public import Foundation
import NIOSSL
import Synchronization

/// The certificate in use: every new handshake takes the newest, connections under way keep theirs.
///
/// Sessions of an earlier certificate are not resumed, so that a client that comes back meets the new one.
public final class LiveCertificate: Sendable {
    private struct InUse: Sendable {
        let bundle: CertificateBundle
        let context: NIOSSLContext
    }

    /// What any certificate has to cover.
    public let hosts: [String]
    private let inUse: Mutex<InUse>

    /// Takes the first certificate into use.
    ///
    /// - Parameters:
    ///   - hosts: what it and any later one has to cover, such as `*.example.com` and `example.com`.
    ///   - date: now.
    /// - Throws: `CertificateError`.
    public init(
        _ bundle: CertificateBundle, covering hosts: [String], at date: Date = Date()
    ) throws(CertificateError) {
        self.hosts = hosts
        self.inUse = Mutex(try Self.examine(bundle, hosts, date))
    }

    /// The certificate that the next handshake gets.
    public var bundle: CertificateBundle { self.inUse.withLock { $0.bundle } }

    /// Takes another certificate into use, or refuses it and keeps the one that is in use.
    ///
    /// - Parameter date: now.
    /// - Throws: `CertificateError`: expired, not yet valid, or some host not covered.
    public func replace(with bundle: CertificateBundle, at date: Date = Date()) throws(CertificateError) {
        let next = try Self.examine(bundle, self.hosts, date)
        self.inUse.withLock { $0 = next }
    }

    /// What a handshake is done with.
    var context: NIOSSLContext { self.inUse.withLock { $0.context } }

    private static func examine(
        _ bundle: CertificateBundle, _ hosts: [String], _ date: Date
    ) throws(CertificateError) -> InUse {
        try bundle.check(covering: hosts, at: date)
        do {
            return InUse(bundle: bundle, context: try NIOSSLContext(configuration: .server(bundle)))
        } catch {
            // The cause may quote from the key.
            throw .unusable(bundle.names)
        }
    }
}

extension TLSConfiguration {
    /// TLS 1.2 and 1.3 with NIOSSL's ciphers; HTTP/2 is preferred to HTTP/1.1.
    fileprivate static func server(_ bundle: CertificateBundle) throws -> TLSConfiguration {
        let chain = try NIOSSLCertificate.fromPEMBytes(Array(bundle.chainPEM.utf8))
        let key = try NIOSSLPrivateKey(bytes: Array(bundle.keyPEM.utf8), format: .pem)
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
        configuration.minimumTLSVersion = .tlsv12
        configuration.applicationProtocols = ["h2", "http/1.1"]
        return configuration
    }
}
