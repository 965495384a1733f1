import Crypto
import Foundation
import SwiftASN1
import X509

extension DevelopmentAuthority {
    private static let day: TimeInterval = 86_400
    /// Clocks of one machine and its containers differ by less.
    private static let slack: TimeInterval = 3_600

    /// The authority's own certificate.
    static func certificate(for base: String, _ key: P256.Signing.PrivateKey, _ now: Date) throws -> Certificate {
        // Several authorities may lie in one trust store, which finds them by name.
        let mark = String(UInt32.random(in: .min ... .max), radix: 16)
        // A common name has at most 64 characters (RFC 5280, appendix A).
        let name = try DistinguishedName {
            OrganizationName("Bulkhead")
            CommonName(String("Bulkhead development authority \(mark) (\(base))".prefix(64)))
        }
        let everyAddress = [4, 16].map { ASN1OctetString(contentBytes: [UInt8](repeating: 0, count: 2 * $0)[...]) }
        let publicKey = Certificate.PublicKey(key.publicKey)
        return try Certificate(
            version: .v3, serialNumber: .random(), publicKey: publicKey,
            notValidBefore: now.addingTimeInterval(-slack),
            notValidAfter: now.addingTimeInterval(Double(Self.lifetimeDays) * Self.day),
            issuer: name, subject: name, signatureAlgorithm: .ecdsaWithSHA256,
            extensions: Certificate.Extensions {
                Critical(BasicConstraints.isCertificateAuthority(maxPathLength: 0))
                Critical(KeyUsage(keyCertSign: true, cRLSign: true))
                Critical(NameConstraints(permittedDNSDomains: [base], excludedIPRanges: everyAddress))
                SubjectKeyIdentifier(hash: publicKey)
            },
            issuerPrivateKey: .init(key))
    }

    /// A certificate of a server.
    func leaf(
        _ names: [String], _ key: P256.Signing.PrivateKey, days: Int, _ now: Date
    ) throws -> Certificate {
        let authority = try Certificate(pemEncoded: self.certificatePEM)
        return try Certificate(
            version: .v3, serialNumber: .random(), publicKey: .init(key.publicKey),
            notValidBefore: now.addingTimeInterval(-Self.slack),
            notValidAfter: min(now.addingTimeInterval(Double(days) * Self.day - Self.slack), self.notAfter),
            issuer: authority.subject, subject: DistinguishedName { CommonName("Bulkhead development") },
            signatureAlgorithm: .ecdsaWithSHA256,
            extensions: Certificate.Extensions {
                Critical(BasicConstraints.notCertificateAuthority)
                Critical(KeyUsage(digitalSignature: true))
                try ExtendedKeyUsage([.serverAuth])
                SubjectAlternativeNames(names.map { .dnsName($0) })
                SubjectKeyIdentifier(hash: Certificate.PublicKey(key.publicKey))
                AuthorityKeyIdentifier(
                    keyIdentifier: try authority.extensions.subjectKeyIdentifier?.keyIdentifier)
            },
            issuerPrivateKey: Certificate.PrivateKey(pemEncoded: self.keyPEM))
    }
}

extension Certificate {
    /// The domain of an authority that may certify names of one domain only; nil for anything else.
    var onlyPermittedDomain: String? {
        // What cannot be read is not what is looked for.
        guard let constraints = try? self.extensions.nameConstraints else { return nil }
        let domains = Array(constraints.permittedDNSDomains)
        return domains.count == 1 ? domains[0] : nil
    }
}
