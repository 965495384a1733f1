import Crypto
public import Foundation
import SwiftASN1
import X509

/// A certificate authority for one machine, which can certify names under one base domain and nothing else.
///
/// Its name constraints (RFC 5280, section 4.2.1.10; critical) permit the base domain and what is below it, and exclude
/// every IP address: who steals its key cannot pose as anybody else towards those who trust it.
///
/// No description, dump or mirror of it shows the key.
public struct DevelopmentAuthority: Sendable, Hashable {
    /// How long an authority is valid, in days.
    static let lifetimeDays = 3650
    /// How long a certificate is valid at most, in days.
    public static let longestLifetimeDays = 90

    /// The domain at and under which it can certify names.
    public let base: String
    /// The name under which trust stores list it.
    public let name: String
    /// Its certificate as PEM, for trust stores.
    public let certificatePEM: String
    /// Its private key as PEM, in the form of PKCS#8.
    ///
    /// Secret; keep it in a file that only its owner may read.
    public let keyPEM: String
    /// The last moment at which it is valid.
    public let notAfter: Date

    /// Takes up an authority that was made earlier.
    ///
    /// - Throws: ``CertificateError`` with code `unreadableAuthority`, `unreadableChain` or `unreadableKey`.
    public init(certificatePEM: String, keyPEM: String) throws(CertificateError) {
        let certificate = try PEMText(certificatePEM).certificates()[0]
        let key = try PEMText(keyPEM).privateKey()
        guard certificate.certificate.publicKey == key.key.publicKey,
            P256.Signing.PublicKey(certificate.certificate.publicKey) != nil,
            let base = certificate.certificate.onlyPermittedDomain
        else {
            throw CertificateError(
                .unreadableAuthority,
                "these are not the certificate and key of one development authority; remove both to get a new one")
        }
        self.base = base
        self.name = certificate.certificate.subject.nameForPeople
        self.certificatePEM = certificate.block.pemString + "\n"
        self.keyPEM = key.block.pemString + "\n"
        self.notAfter = certificate.certificate.notValidAfter
    }

    /// Makes a new authority, with a P-256 key, valid for ten years.
    ///
    /// - Throws: ``CertificateError`` with code `badName` if `base` is no domain name.
    public static func make(for base: String, at now: Date = Date()) throws(CertificateError) -> DevelopmentAuthority {
        let base = try Self.name(base)
        let key = P256.Signing.PrivateKey()
        do {
            let certificate = try Self.certificate(for: base, key, now)
            return try DevelopmentAuthority(
                certificatePEM: certificate.serializeAsPEM().pemString, keyPEM: key.pemRepresentation)
        } catch let error as CertificateError {
            throw error
        } catch {
            throw CertificateError(.badName, names: [base], "no authority can be made for \(base): \(error)")
        }
    }

    /// Issues a certificate for ``standardNames(for:)``, with a P-256 key of its own.
    ///
    /// Below a base domain of one label, such as `localhost`, every host of a tenant has to be given in `extra`.
    ///
    /// - Parameters:
    ///   - extra: more names, at or below the base domain.
    ///   - days: how long it is valid, 1...90.
    /// - Throws: ``CertificateError`` with code `badName` for a name that is not below the base domain.
    public func issue(
        also extra: [String] = [], days: Int = longestLifetimeDays, at now: Date = Date()
    ) throws(CertificateError) -> CertificateBundle {
        let names = try self.names(extra)
        let key = P256.Signing.PrivateKey()
        do {
            let certificate = try self.leaf(names, key, days: min(max(days, 1), Self.longestLifetimeDays), now)
            return try CertificateBundle(
                chainPEM: certificate.serializeAsPEM().pemString, keyPEM: key.pemRepresentation)
        } catch let error as CertificateError {
            throw error
        } catch {
            throw CertificateError(.badName, names: names, "no certificate can be issued: \(error)")
        }
    }

    /// The names that every certificate for a base domain covers.
    ///
    /// No wildcard directly below a top-level domain: verifiers take it for no name at all, and the whole certificate
    /// with it for invalid (NSS, swift-certificates).
    public static func standardNames(for base: String) -> [String] {
        base.contains(".") ? ["*." + base, base] : [base, "admin." + base]
    }

    private func names(_ extra: [String]) throws(CertificateError) -> [String] {
        var names = Self.standardNames(for: self.base)
        for candidate in extra {
            let name = try Self.name(candidate)
            guard name.hasSuffix("." + self.base) || name == self.base else {
                throw CertificateError(
                    .badName, names: [name],
                    "\(name) is not below \(self.base), and the development authority may not certify it")
            }
            if !names.contains(name) { names.append(name) }
        }
        return names
    }

    /// A host name in lower case (RFC 1123, section 2.1).
    private static func name(_ text: String) throws(CertificateError) -> String {
        let name = text.lowercased()
        let isValid =
            name.utf8.count <= 250
            && name.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { label in
                (1...63).contains(label.utf8.count) && label.first != "-" && label.last != "-"
                    && label.utf8.allSatisfy {
                        UInt8(ascii: "a")...UInt8(ascii: "z") ~= $0
                            || UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 || $0 == UInt8(ascii: "-")
                    }
            }
        guard isValid else {
            throw CertificateError(
                .badName, names: [name], "a name for a certificate is no DNS name; use letters, digits and hyphens")
        }
        return name
    }
}

extension DevelopmentAuthority: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// What may be shown: name and end.
    public var description: String { "\(self.name), until \(self.notAfter.formatted(.iso8601))" }

    /// The same.
    public var debugDescription: String { self.description }

    /// Everything but the key, so that no dump shows it.
    public var customMirror: Mirror {
        let children: KeyValuePairs<String, Any> = [
            "base": self.base, "name": self.name, "notAfter": self.notAfter, "keyPEM": "hidden",
        ]
        return Mirror(self, children: children, displayStyle: .struct)
    }
}
