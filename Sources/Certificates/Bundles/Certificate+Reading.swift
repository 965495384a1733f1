import Crypto
import Foundation
import X509

extension Certificate {
    /// The DNS names among the subject alternative names, in lower case; none if the extension is missing or damaged.
    var dnsNames: [String] {
        // A certificate whose names cannot be read covers nothing, and is refused for that.
        guard let names = try? self.extensions.subjectAlternativeNames else { return [] }
        return names.compactMap { if case .dnsName(let name) = $0 { name.lowercased() } else { nil } }
    }
}

extension DistinguishedName {
    /// The common name, or everything without one.
    var nameForPeople: String {
        for part in self {
            for attribute in part where attribute.type == .RDNAttributeType.commonName {
                if let name = String(attribute.value) { return name }
            }
        }
        return String(describing: self)
    }
}

extension Certificate.SerialNumber {
    /// Two lower-case digits a byte, without a leading zero byte that only keeps the number positive.
    var hexadecimal: String {
        let bytes = self.bytes.count > 1 && self.bytes.first == 0 ? self.bytes.dropFirst() : self.bytes
        return bytes.map { String(format: "%02x", $0) }.joined()
    }

    /// A random number: 16 bytes, positive, so never longer than the 20 octets that RFC 5280 (4.1.2.2) permits.
    static func random() -> Certificate.SerialNumber {
        var generator = SystemRandomNumberGenerator()
        var bytes = (0..<16).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        bytes[0] = bytes[0] & 0x3f | 0x40
        return Certificate.SerialNumber(bytes: bytes)
    }
}

extension Certificate.PublicKey {
    /// Whether browsers accept certificates with such a key: EC P-256, EC P-384, RSA.
    var isAcceptedByBrowsers: Bool {
        P521.Signing.PublicKey(self) == nil && Curve25519.Signing.PublicKey(self) == nil
    }
}
