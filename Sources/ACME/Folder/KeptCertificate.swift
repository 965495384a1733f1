import Certificates
import Foundation

/// The last certificate, kept so that a crash between its issue and its storage elsewhere does not cost another.
struct KeptCertificate: Codable {
    /// Where it came from: one of a test authority must not serve for a real one.
    let directory: String
    let chain: String
    let key: String

    init(_ bundle: CertificateBundle, from configuration: ACMEConfiguration) {
        self.directory = configuration.directory.absoluteString
        self.chain = bundle.chainPEM
        self.key = bundle.keyPEM
    }

    /// The certificate, if it is one of the configured authority for the configured names that is valid now.
    func bundle(for configuration: ACMEConfiguration, at now: Date) -> CertificateBundle? {
        guard self.directory == configuration.directory.absoluteString,
            // One that cannot be read or used is as good as none.
            let bundle = try? CertificateBundle(chainPEM: self.chain, keyPEM: self.key),
            // The same; an authority's clock may have been a little ahead of this one.
            (try? bundle.check(covering: configuration.names, at: max(now, bundle.notBefore))) != nil
        else { return nil }
        return bundle
    }
}
