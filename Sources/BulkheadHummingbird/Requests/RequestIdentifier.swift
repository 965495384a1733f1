import HTTPTypes

/// The id by which a request is found again in answers, logs and the audit trail.
enum RequestIdentifier {
    /// The id that the client or a proxy chose, if it chose exactly one that is harmless; else a new one.
    static func choose(from headers: HTTPFields) -> String {
        guard let text = headers[.requestID], self.isAcceptable(text) else { return self.random() }
        return text
    }

    /// 1-128 characters that mean nothing in a header, a log line or a page.
    ///
    /// Two fields arrive joined by a comma, which is not among them.
    private static func isAcceptable(_ text: String) -> Bool {
        (1...128).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
                    return true
                default:
                    return false
                }
            }
    }

    /// 128 random bits as 32 hexadecimal digits.
    private static func random() -> String {
        var generator = SystemRandomNumberGenerator()
        return self.digits(generator.next()) + self.digits(generator.next())
    }

    private static func digits(_ value: UInt64) -> String {
        let text = String(value, radix: 16)
        return String(repeating: "0", count: 16 - text.utf8.count) + text
    }
}
