import ACME
import DNS
import Foundation
import Tenancy

extension ConfigurationDraft {
    /// What the HTTP listener shows; nil if it speaks plain HTTP, or something is wrong.
    ///
    /// - Parameter services: for the proofs of an authority that speaks ACME.
    mutating func certificate(
        _ source: CertificateSourceName?, base: BaseDomain?, services: DNSServices
    ) -> CertificateConfiguration? {
        let files = self.files(isNeeded: source == .files)
        let folder = self.value(.tlsFolder, default: "tls", Self.path)
        if source == .acme, let base, !base.description.contains(".") {
            let origin = self.find(.tlsSource).origin
            self.report(
                .tlsSource, origin, value: "acme", "needs a baseDomain that authorities certify, such as example.com")
        }
        let acme = self.acme(isNeeded: source == .acme, services)
        // A browser that was told would refuse plain HTTP to every other program on this machine.
        let standard = base?.description == "localhost" || source == .development ? 0 : 31_536_000
        let hsts = self.value(.tlsHSTS, default: String(standard)) { Self.number($0, in: 0...63_072_000) }
        let redirect = self.value(.tlsRedirectPort, default: nil) { Self.number($0, in: 0...65_535) }
        let probe = self.value(.tlsProbe, default: nil, Self.endpoint)
        let authorities = self.value(.tlsCAFile, default: nil, Self.path)
        guard let hsts else { return nil }
        func configuration(_ source: CertificateConfiguration.Source?) -> CertificateConfiguration? {
            source.map {
                CertificateConfiguration(
                    source: $0, hsts: hsts, redirectPort: redirect, probe: probe, authorities: authorities)
            }
        }
        switch source {
        case .files: return configuration(files)
        case .development: return configuration(folder.map { .development(folder: $0) })
        case .acme: return configuration(acme.map { .acme($0) })
        case .none?, nil: return nil
        }
    }

    private mutating func files(isNeeded: Bool) -> CertificateConfiguration.Source? {
        let chain = self.value(.tlsCertificateFile, default: nil, required: isNeeded, Self.path)
        let key = self.value(.tlsKeyFile, default: nil, required: isNeeded, Self.path)
        guard let chain, let key else { return nil }
        return .files(chain: chain, key: key)
    }

    private mutating func acme(isNeeded: Bool, _ services: DNSServices) -> ACMESettings? {
        let directory = self.value(.acmeDirectory, default: ACMEConfiguration.letsEncrypt) { text in
            URL(string: text).flatMap { $0.scheme == "https" && $0.host()?.isEmpty == false ? text : nil }
        }
        let email = self.value(.acmeEmail, default: nil, required: isNeeded) { text in
            // It names a folder of lego's.
            EmailAddress(text).flatMap { $0.description.contains { "/\\\"".contains($0) } ? nil : $0.description }
        }
        let folder = self.value(.acmeFolder, default: "acme", Self.path)
        let authorities = self.value(.acmeCAFile, default: nil, Self.path)
        let skips = self.value(.acmeSkipsCheck, default: "false", Self.boolean)
        let limit = self.value(.acmeTimeout, default: "300") { Self.seconds($0, in: 10...3600) }
        guard let directory, let email, let skips, let limit, let folder, let proofs = services.proofs,
            let resolvers = services.resolvers
        else { return nil }
        return ACMESettings(
            directory: directory, email: email, folder: folder, authorities: authorities, skipsCheck: skips,
            resolvers: resolvers.map(\.description), timeLimit: limit, proofs: proofs)
    }

    private static func path(_ text: String) -> URL? { text.isEmpty ? nil : URL(fileURLWithPath: text) }

    private static func endpoint(_ text: String) -> ServerConfiguration.Listener? {
        guard let colon = text.lastIndex(of: ":"), colon > text.startIndex,
            let port = Self.number(String(text[text.index(after: colon)...]), in: 1...65_535)
        else { return nil }
        return ServerConfiguration.Listener(host: String(text[..<colon]), port: port)
    }
}

/// What people call the source of a certificate in a configuration.
enum CertificateSourceName: String {
    case none, files, development, acme
}
