public import HTTPTypes

/// Reads the field `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header, section 2.1).
public enum IdempotencyKeyField {
    /// How many characters a key may have.
    public static let lengths = 1...255

    /// The key of a request; nil if it has none.
    ///
    /// The draft wants a string of structured fields (RFC 9651, section 3.3.3): `"8e03978e"`. Most clients leave the
    /// quotation marks away, so a bare key of visible ASCII characters is the same key. A bare key has no comma: it may
    /// be two fields that a proxy has joined (RFC 9110, section 5.2).
    ///
    /// - Throws: ``ProblemDetails/idempotencyKeyMalformed`` if there are several, or one that is none.
    public static func read(from headers: HTTPFields) throws(ProblemDetails) -> String? {
        let values = headers[values: .idempotencyKey]
        guard let value = values.first else { return nil }
        let bytes = Array(HeaderList.trimmed(value[...]).utf8)
        let key = bytes.first == UInt8(ascii: "\"") ? Self.quoted(bytes) : Self.bare(bytes)
        guard values.count == 1, let key, Self.lengths.contains(key.count) else { throw .idempotencyKeyMalformed }
        return String(decoding: key, as: UTF8.self)
    }

    private static func bare(_ bytes: [UInt8]) -> [UInt8]? {
        bytes.allSatisfy { (0x21...0x7E).contains($0) && $0 != UInt8(ascii: ",") } ? bytes : nil
    }

    /// What stands between the quotation marks, if the second one is the end; parameters are not understood.
    private static func quoted(_ bytes: [UInt8]) -> [UInt8]? {
        var key: [UInt8] = []
        var rest = bytes.dropFirst()
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "\""):
                return rest.isEmpty ? key : nil
            case UInt8(ascii: "\\"):
                guard let escaped = rest.popFirst(), escaped == UInt8(ascii: "\"") || escaped == UInt8(ascii: "\\")
                else { return nil }
                key.append(escaped)
            case 0x20...0x7E:
                key.append(byte)
            default:
                return nil
            }
        }
        return nil
    }
}
