import Certificates
public import Foundation

/// What a server has shown in a handshake.
public struct HandshakeEvidence: Sendable, Hashable, Codable, CustomStringConvertible {
    /// The version agreed on, such as `TLSv1.3`.
    public let version: String
    /// The protocol agreed on inside (RFC 7301), such as `h2`; nil if none was.
    public let applicationProtocol: String?
    /// Whose the certificate is, for people.
    public let subject: String
    /// Who issued it, for people.
    public let issuer: String
    /// Its serial number, as in `CertificateBundle.serial`.
    public let serial: String
    /// Its DNS names.
    public let names: [String]
    /// The first moment at which it is valid.
    public let notBefore: Date
    /// The last moment at which it is valid.
    public let notAfter: Date
    /// How many certificates were sent.
    public let chainLength: Int
    /// Whether the host that was asked for is among the names.
    public let isCovered: Bool
    /// Whether a way leads from the certificate to a root that is trusted.
    public let isTrusted: Bool

    /// One line for a log.
    public var description: String {
        "\(self.version), \(self.applicationProtocol ?? "no protocol"), \(self.names.joined(separator: ", ")) by "
            + "\(self.issuer), serial \(self.serial), until \(self.notAfter.formatted(.iso8601))"
            + (self.isCovered ? "" : ", not for this host") + (self.isTrusted ? "" : ", issuer not trusted")
    }

    init(version: String, applicationProtocol: String?, chain: ReceivedChain, host: String, isTrusted: Bool) {
        self.version = version
        self.applicationProtocol = applicationProtocol
        self.subject = chain.subject
        self.issuer = chain.issuer
        self.serial = chain.serial
        self.names = chain.names
        self.notBefore = chain.notBefore
        self.notAfter = chain.notAfter
        self.chainLength = chain.count
        self.isCovered = chain.covers(host)
        self.isTrusted = isTrusted
    }
}
