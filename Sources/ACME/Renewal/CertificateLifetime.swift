public import Certificates
public import Foundation

/// From when to when a certificate is valid.
public struct CertificateLifetime: Sendable, Hashable, Codable {
    /// The first moment.
    public let notBefore: Date
    /// The last moment.
    public let notAfter: Date

    /// Makes it from two moments.
    public init(notBefore: Date, notAfter: Date) {
        self.notBefore = notBefore
        self.notAfter = notAfter
    }

    /// Takes it from a certificate.
    public init(_ bundle: CertificateBundle) {
        self.init(notBefore: bundle.notBefore, notAfter: bundle.notAfter)
    }

    /// When a third of it is left, which is when to renew; right for 90 days as for 6.
    public var renewalDue: Date {
        self.notAfter.addingTimeInterval(-max(0, self.notAfter.timeIntervalSince(self.notBefore)) / 3)
    }
}
