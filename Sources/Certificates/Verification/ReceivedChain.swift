public import Foundation
import SwiftASN1
import X509

/// The certificates that a server has shown in a handshake.
public struct ReceivedChain: Sendable, Hashable {
    private let leaf: Certificate
    private let others: [Certificate]

    /// Reads certificates as they came, leaf first.
    ///
    /// - Parameter der: each certificate in DER.
    /// - Throws: ``CertificateError`` with code `unreadableChain`.
    public init(der: [[UInt8]]) throws(CertificateError) {
        var certificates: [Certificate] = []
        for bytes in der {
            do {
                certificates.append(try Certificate(derEncoded: bytes))
            } catch {
                throw .unreadableChain("has a certificate that cannot be read")
            }
        }
        guard let leaf = certificates.first else { throw .unreadableChain("holds no certificate") }
        self.leaf = leaf
        self.others = Array(certificates.dropFirst())
    }

    /// Whose the leaf is, for people.
    public var subject: String { self.leaf.subject.isEmpty ? self.names.first ?? "" : self.leaf.subject.nameForPeople }
    /// Who issued the leaf, for people.
    public var issuer: String { self.leaf.issuer.nameForPeople }
    /// The leaf's serial number, as in ``CertificateBundle/serial``.
    public var serial: String { self.leaf.serialNumber.hexadecimal }
    /// The leaf's DNS names, in lower case.
    public var names: [String] { self.leaf.dnsNames }
    /// The first moment at which the leaf is valid.
    public var notBefore: Date { self.leaf.notValidBefore }
    /// The last moment at which the leaf is valid.
    public var notAfter: Date { self.leaf.notValidAfter }
    /// How many certificates there are.
    public var count: Int { self.others.count + 1 }

    /// Whether the leaf is good for a host; see ``CertificateBundle/covers(_:)``.
    public func covers(_ host: String) -> Bool { DNSNames(self.names).cover(host) }

    /// Whether a way leads from the leaf to one of the roots, and the leaf is a server's.
    ///
    /// RFC 5280 is followed, constraints on names included; which host the leaf is for is not looked at. All of the way
    /// has to be valid now.
    public func isTrusted(by roots: TrustRoots) async -> Bool {
        guard self.leaf.isForServers else { return false }
        var verifier = Verifier(rootCertificates: roots.store) { RFC5280Policy() }
        switch await verifier.validate(leaf: self.leaf, intermediates: CertificateStore(self.others)) {
        case .validCertificate: return true
        case .couldNotValidate: return false
        }
    }
}

extension Certificate {
    /// Whether the extended key usage, if there is one, names servers (RFC 5280, section 4.2.1.12).
    fileprivate var isForServers: Bool {
        do {
            guard let usage = try self.extensions.extendedKeyUsage else { return true }
            return usage.contains(.serverAuth) || usage.contains(.any)
        } catch {
            return false
        }
    }
}
