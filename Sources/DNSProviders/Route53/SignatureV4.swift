import Crypto
import Foundation

/// Signs requests as AWS wants them: Signature Version 4 (AWS General Reference, "Signing AWS API requests").
///
/// The secret signs and is never sent, so nothing of it is in what this makes.
struct SignatureV4: Sendable {
    /// Who signs; what it prints as has neither the secret nor the token in it.
    struct Credential: Sendable, CustomStringConvertible, CustomReflectable {
        var accessKeyID: String
        var secretAccessKey: String
        /// Of credentials for a time.
        var sessionToken: String?

        var description: String { "access key \(self.accessKeyID)" }
        var customMirror: Mirror { Mirror(self, children: []) }
    }

    /// What is signed: no more headers than these, since proxies change others.
    struct Request: Sendable {
        var method: String
        var host: String
        /// Of letters, digits, `/`, `-`, `_`, `.` and `~` only.
        var path: String
        var query: [(name: String, value: String)] = []
        var body: Data = Data()

        /// The query as it is to be sent: what was signed, to the letter.
        var encodedQuery: String {
            self.query.map { (SignatureV4.encode($0.name), SignatureV4.encode($0.value)) }
                .sorted { $0 < $1 }
                .map { "\($0)=\($1)" }.joined(separator: "&")
        }
    }

    let credential: Credential
    let region: String
    let service: String

    /// The headers that a request goes out with, beside `host`.
    func headers(for request: Request, at date: Date = Date()) -> [(name: String, value: String)] {
        let moment = Self.moment(date)
        var signed = [("host", request.host), ("x-amz-date", moment)]
        if let token = self.credential.sessionToken { signed.append(("x-amz-security-token", token)) }
        let names = signed.map(\.0).joined(separator: ";")
        let canonical = [
            request.method, request.path, request.encodedQuery,
            signed.map { "\($0):\($1)\n" }.joined(), names, Self.hash(request.body),
        ].joined(separator: "\n")
        let day = String(moment.prefix(8))
        let scope = "\(day)/\(self.region)/\(self.service)/aws4_request"
        let text = ["AWS4-HMAC-SHA256", moment, scope, Self.hash(Data(canonical.utf8))].joined(separator: "\n")
        let signature = Self.hex(Self.code(self.key(of: day), text))
        let authorization =
            "AWS4-HMAC-SHA256 Credential=\(self.credential.accessKeyID)/\(scope), SignedHeaders=\(names), "
            + "Signature=\(signature)"
        return signed.dropFirst().map { (name: $0.0, value: $0.1) } + [(name: "authorization", value: authorization)]
    }

    /// The key of one day, one region and one service.
    private func key(of day: String) -> Data {
        [day, self.region, self.service, "aws4_request"]
            .reduce(Data("AWS4\(self.credential.secretAccessKey)".utf8)) { Self.code($0, $1) }
    }

    private static func code(_ key: Data, _ text: String) -> Data {
        Data(HMAC<SHA256>.authenticationCode(for: Data(text.utf8), using: SymmetricKey(data: key)))
    }

    private static func hash(_ data: Data) -> String { self.hex(Data(SHA256.hash(data: data))) }

    private static func hex(_ data: Data) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: data.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    /// Everything but what RFC 3986, section 2.3, reserves for nothing.
    static func encode(_ text: String) -> String {
        var encoded = ""
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."),
                UInt8(ascii: "~"):
                encoded.unicodeScalars.append(Unicode.Scalar(byte))
            default: encoded += "%" + Self.hex(Data([byte])).uppercased()
            }
        }
        return encoded
    }

    /// As `20261123T100000Z`.
    private static func moment(_ date: Date) -> String {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = TimeZone(identifier: "UTC")
        formatter.dateFormat = "yyyyMMdd'T'HHmmss'Z'"
        return formatter.string(from: date)
    }
}
