import Crypto
public import Foundation
import SwiftASN1
import X509

/// A certificate chain and the key of its leaf, as PEM texts that fit together.
///
/// No description, dump or mirror of it shows the key.
public struct CertificateBundle: Sendable, Hashable {
    /// The certificates as PEM (RFC 7468), leaf first; nothing else is in the text.
    public let chainPEM: String
    /// The leaf's private key as PEM, a secret.
    ///
    /// In the form in which it came: PKCS#8, SEC1 or PKCS#1.
    public let keyPEM: String
    /// The DNS names of the leaf (its subject alternative names), in lower case.
    ///
    /// A common name is none (RFC 9525, section 2).
    public let names: [String]
    /// Who issued the leaf, for people: the issuer's common name, or the whole distinguished name without one.
    public let issuer: String
    /// The leaf's serial number in hexadecimal digits, lower case, two a byte.
    public let serial: String
    /// The first moment at which the leaf is valid.
    public let notBefore: Date
    /// The last moment at which the leaf is valid.
    public let notAfter: Date

    /// Reads a chain and the key of its first certificate.
    ///
    /// Text around the PEM blocks is passed over, and so are other blocks: both texts may be the same file.
    ///
    /// - Throws: ``CertificateError`` with code `unreadableChain`, `unreadableKey`, `unsupportedKey` or `keyMismatch`.
    public init(chainPEM: String, keyPEM: String) throws(CertificateError) {
        let chain = try PEMText(chainPEM).certificates()
        let (keyBlock, key) = try PEMText(keyPEM).privateKey()
        let leaf = chain[0]
        self.names = leaf.certificate.dnsNames
        guard leaf.certificate.publicKey == key.publicKey else { throw .keyMismatch(self.names) }
        guard leaf.certificate.publicKey.isAcceptedByBrowsers else { throw .unsupportedKey }
        self.chainPEM = chain.map { $0.block.pemString + "\n" }.joined()
        self.keyPEM = keyBlock.pemString + "\n"
        self.issuer = leaf.certificate.issuer.nameForPeople
        self.serial = leaf.certificate.serialNumber.hexadecimal
        self.notBefore = leaf.certificate.notValidBefore
        self.notAfter = leaf.certificate.notValidAfter
    }

    /// Whether the leaf is good for a host: its name exactly, or a wildcard for its first label (RFC 9525, section 6.3).
    ///
    /// A name with a wildcard is covered by the same name only. A wildcard right below a top-level domain covers no host,
    /// as clients honour none. Case and a final dot do not matter.
    public func covers(_ host: String) -> Bool {
        DNSNames(self.names).cover(host)
    }

    /// Checks that the leaf can serve hosts at some time.
    ///
    /// - Throws: ``CertificateError`` with code `expired`, `notYetValid` or `notCovered`.
    public func check(covering hosts: [String], at date: Date) throws(CertificateError) {
        guard date <= self.notAfter else { throw .expired(self.names, since: self.notAfter) }
        guard date >= self.notBefore else { throw .notYetValid(self.names, until: self.notBefore) }
        let missing = hosts.filter { !self.covers($0) }
        guard missing.isEmpty else { throw .notCovered(missing, by: self.names) }
    }
}

extension CertificateBundle: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// What may be shown: names, issuer, serial number, end.
    public var description: String {
        "certificate for \(self.names.joined(separator: ", ")) by \(self.issuer), serial \(self.serial), "
            + "until \(self.notAfter.formatted(.iso8601))"
    }

    /// The same.
    public var debugDescription: String { self.description }

    /// Everything but the key, so that no dump shows it.
    public var customMirror: Mirror {
        let children: KeyValuePairs<String, Any> = [
            "names": self.names, "issuer": self.issuer, "serial": self.serial, "notBefore": self.notBefore,
            "notAfter": self.notAfter, "keyPEM": "hidden",
        ]
        return Mirror(self, children: children, displayStyle: .struct)
    }
}
