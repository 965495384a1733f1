import SwiftASN1
import X509

/// A text with PEM blocks (RFC 7468), whatever else stands between them.
struct PEMText {
    private static let keyTypes: Set<String> = ["PRIVATE KEY", "EC PRIVATE KEY", "RSA PRIVATE KEY"]
    private let text: String

    init(_ text: String) {
        self.text = text.replacing("\r\n", with: "\n")
    }

    /// All certificates, with the blocks in which they stood; at least one.
    func certificates() throws(CertificateError) -> [(block: PEMDocument, certificate: Certificate)] {
        let blocks: [PEMDocument]
        do {
            // A key in the same file, even an unreadable one, is not this function's business.
            blocks = try PEMDocument.parseMultiple(pemString: self.only("CERTIFICATE"))
        } catch {
            throw .unreadableChain("is damaged or cut off")
        }
        guard !blocks.isEmpty else { throw .unreadableChain("holds no certificate") }
        var found: [(PEMDocument, Certificate)] = []
        for block in blocks {
            do {
                found.append((block, try Certificate(pemDocument: block)))
            } catch {
                throw .unreadableChain("has a certificate (number \(found.count + 1)) that cannot be read")
            }
        }
        return found
    }

    /// The one private key, with the block in which it stood.
    func privateKey() throws(CertificateError) -> (block: PEMDocument, key: Certificate.PrivateKey) {
        guard !self.text.contains("ENCRYPTED") else { throw .unreadableKey("is protected by a password") }
        let blocks: [PEMDocument]
        do {
            blocks = try Self.keyTypes.flatMap { try PEMDocument.parseMultiple(pemString: self.only($0)) }
        } catch {
            throw .unreadableKey("is damaged or cut off")
        }
        guard let block = blocks.first else { throw .unreadableKey("is missing") }
        guard blocks.count == 1 else { throw .unreadableKey("is not the only one in its text") }
        do {
            return (block, try Certificate.PrivateKey(pemDocument: block))
        } catch {
            // The cause may quote from the key.
            throw .unreadableKey("cannot be read")
        }
    }

    /// The blocks of one type, with a beginning that has no end kept as the damage that it is.
    private func only(_ type: String) -> String {
        let (begin, end) = ("-----BEGIN \(type)-----", "-----END \(type)-----")
        var blocks = ""
        var rest = self.text[...]
        while let start = rest.firstRange(of: begin) {
            rest = rest[start.lowerBound...]
            guard let stop = rest.firstRange(of: end) else { return blocks + rest }
            blocks += rest[..<stop.upperBound] + "\n"
            rest = rest[stop.upperBound...]
        }
        return blocks
    }
}
