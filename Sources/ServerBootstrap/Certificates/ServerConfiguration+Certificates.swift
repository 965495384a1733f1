import ACME
import Certificates
import ControlPlane
import DNS
import DNSProviders
import DNSResolver
import Foundation
import TLS
import Tenancy
import TenancyPostgres
import Workflow

extension ServerConfiguration {
    /// What proves that the certificate covers a tenant's host.
    func certificateStep() throws -> any WorkflowStep<TenantOrder> {
        guard let certificate else { return NotConfiguredStep("certificate") }
        let prover = ListenerProver(
            listener: certificate.probe ?? self.ownListener, publicPort: self.publicPort ?? 443,
            probe: try certificate.handshakeProbe(base: self.baseDomain))
        return CertificateStep(prover: prover, base: self.baseDomain)
    }

    /// Where this server's own listener is reached from this machine; nil if its port is not known.
    private var ownListener: Listener? {
        guard self.http.port != 0 else { return nil }
        let isAny = self.http.host == "0.0.0.0" || self.http.host == "::"
        return Listener(host: isAny ? "127.0.0.1" : self.http.host, port: self.http.port)
    }

    /// What gets certificates; nil unless they come by ACME.
    func issuer() throws -> ACMEConfiguration? {
        guard case .acme(let settings)? = self.certificate?.source else { return nil }
        let propagation = DNSPropagation(resolvers: settings.resolvers, skipsCheck: settings.skipsCheck)
        return try ACMEConfiguration(
            directory: settings.directory, email: settings.email, baseDomain: self.baseDomain.description,
            folder: settings.folder, challenge: settings.proofs.challenge, propagation: propagation,
            trustedAuthorities: settings.authorities, timeLimit: settings.timeLimit)
    }
}

extension CertificateConfiguration {
    /// What shakes hands with the listener.
    ///
    /// - Throws: ``BootstrapError`` if the authorities cannot be read.
    func handshakeProbe(base: BaseDomain) throws -> HandshakeProbe {
        if let authorities { return HandshakeProbe(trusting: try Self.roots(authorities)) }
        switch self.source {
        case .development(let folder):
            let authority = try DevelopmentCertificates(folder: folder, base: base).authority()
            return HandshakeProbe(trusting: try TrustRoots(pem: authority.certificatePEM))
        // Whoever keeps the files may have an authority that only its own clients know.
        case .files: return HandshakeProbe(acceptsAnyIssuer: true)
        case .acme: return HandshakeProbe()
        }
    }

    private static func roots(_ file: URL) throws -> TrustRoots {
        do {
            return try TrustRoots(pem: try String(contentsOf: file, encoding: .utf8))
        } catch {
            let reason = (error as? CertificateError)?.description ?? error.localizedDescription
            throw BootstrapError.authorities(file.path, reason: reason)
        }
    }
}

extension DNSService {
    /// The same service for the proofs that a certificate authority asks for.
    fileprivate var challenge: DNSChallenge {
        switch self {
        case .route53(let configuration):
            .route53(
                accessKeyID: configuration.accessKeyID, secretAccessKey: configuration.secretAccessKey,
                sessionToken: configuration.sessionToken, hostedZoneID: configuration.hostedZoneID)
        case .cloudflare(let configuration): .cloudflare(token: configuration.apiToken)
        case .powerDNS(let configuration):
            .powerDNS(url: configuration.url, apiKey: configuration.apiKey, server: configuration.server)
        }
    }
}
