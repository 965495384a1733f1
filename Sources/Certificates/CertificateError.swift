import Foundation

/// Why a certificate, or a certificate and its key, cannot be used.
///
/// The text says what is wrong, with what, and what to do. It names hosts and dates, never anything of a key.
public struct CertificateError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What kind of fault it is.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        private enum Kind: String {
            case unreadableChain, unreadableKey, unsupportedKey, keyMismatch, expired, notYetValid, notCovered, badName
            case unreadableAuthority, unreadableFile, unusable
        }
        private let kind: Kind

        /// The chain is no PEM text with certificates.
        public static let unreadableChain = Code(kind: .unreadableChain)
        /// The key is no PEM text with a private key that can be read without a password.
        public static let unreadableKey = Code(kind: .unreadableKey)
        /// The key is of a kind that browsers do not accept.
        public static let unsupportedKey = Code(kind: .unsupportedKey)
        /// The key is not that of the first certificate of the chain.
        public static let keyMismatch = Code(kind: .keyMismatch)
        /// The certificate is no longer valid.
        public static let expired = Code(kind: .expired)
        /// The certificate is not valid yet.
        public static let notYetValid = Code(kind: .notYetValid)
        /// Some host is not among the names of the certificate.
        public static let notCovered = Code(kind: .notCovered)
        /// A name is no DNS name, or the authority may not certify it.
        public static let badName = Code(kind: .badName)
        /// A certificate and a key that should be a development authority are none.
        public static let unreadableAuthority = Code(kind: .unreadableAuthority)
        /// A file with a chain or a key cannot be read.
        public static let unreadableFile = Code(kind: .unreadableFile)
        /// The TLS library does not take what otherwise is in order.
        public static let unusable = Code(kind: .unusable)

        /// The name of the code.
        public var description: String { self.kind.rawValue }
    }

    /// What kind of fault it is.
    public let code: Code
    /// The hosts or names that it is about; empty if it is about all of the certificate.
    public let names: [String]
    /// What is wrong, with what, and what to do.
    public let description: String

    init(_ code: Code, names: [String] = [], _ description: String) {
        self.code = code
        self.names = names
        self.description = description
    }
}

extension CertificateError {
    static func unreadableChain(_ reason: String) -> CertificateError {
        CertificateError(
            .unreadableChain, "the certificate chain \(reason); give PEM text with the server's certificate first")
    }

    static func unreadableKey(_ reason: String) -> CertificateError {
        CertificateError(
            .unreadableKey, "the private key \(reason); give PEM text with one unencrypted EC or RSA key")
    }

    static let unsupportedKey = CertificateError(
        .unsupportedKey, "the key is of a kind that browsers do not accept; use EC P-256, EC P-384 or RSA")

    static func keyMismatch(_ names: [String]) -> CertificateError {
        CertificateError(
            .keyMismatch, names: names,
            "the private key is not that of the first certificate in the chain (\(Self.list(names))); "
                + "give the key with which that certificate was requested, and put it first")
    }

    static func expired(_ names: [String], since date: Date) -> CertificateError {
        CertificateError(
            .expired, names: names,
            "the certificate for \(Self.list(names)) expired at \(Self.text(date)); renew it")
    }

    static func notYetValid(_ names: [String], until date: Date) -> CertificateError {
        CertificateError(
            .notYetValid, names: names,
            "the certificate for \(Self.list(names)) is valid from \(Self.text(date)) only; check the clock")
    }

    static func notCovered(_ hosts: [String], by names: [String]) -> CertificateError {
        CertificateError(
            .notCovered, names: hosts,
            "the certificate for \(Self.list(names)) does not cover \(Self.list(hosts)); "
                + "request one that has these names as subject alternative names")
    }

    package static func unreadableFile(_ reason: String) -> CertificateError {
        CertificateError(.unreadableFile, "\(reason); give the paths of PEM files that the server may read")
    }

    package static func unusable(_ names: [String]) -> CertificateError {
        CertificateError(
            .unusable, names: names,
            "the TLS library does not accept the certificate for \(Self.list(names)) with its key; request a new one")
    }

    private static func list(_ names: [String]) -> String {
        guard names.count > 5 else { return names.isEmpty ? "no DNS name" : names.joined(separator: ", ") }
        return names.prefix(5).joined(separator: ", ") + " and \(names.count - 5) more"
    }

    /// A date for people: RFC 3339, seconds, UTC.
    private static func text(_ date: Date) -> String { date.formatted(.iso8601) }
}
