public import Foundation

/// A place in a list that is ordered by time of creation, then id; opaque to whoever carries it.
public struct PageCursor: Sendable, Hashable {
    /// Microseconds since 1970, the resolution of PostgreSQL's timestamps.
    public let microseconds: Int64
    /// The id of the last item before the place.
    public let id: UUID

    /// The place after the item with this time and id.
    public init(microseconds: Int64, id: UUID) {
        self.microseconds = microseconds
        self.id = id
    }

    /// Reads the text form; nil if it is not one that ``text`` made.
    public init?(text: String) {
        let padded = text.replacing("-", with: "+").replacing("_", with: "/")
        let padding = String(repeating: "=", count: (4 - padded.count % 4) % 4)
        guard text.utf8.count <= 128, let data = Data(base64Encoded: padded + padding) else { return nil }
        let parts = String(decoding: data, as: UTF8.self).split(separator: ",", omittingEmptySubsequences: false)
        guard parts.count == 2, let microseconds = Int64(parts[0]), let id = UUID(uuidString: String(parts[1])) else {
            return nil
        }
        self.init(microseconds: microseconds, id: id)
        guard self.text == text else { return nil }
    }

    /// The form for a URL: base64url without padding (RFC 4648, section 5).
    public var text: String {
        let base64 = Data("\(self.microseconds),\(Hexadecimal.text(self.id))".utf8).base64EncodedData()
        let bytes = base64.compactMap { byte -> UInt8? in
            switch byte {
            case UInt8(ascii: "+"): return UInt8(ascii: "-")
            case UInt8(ascii: "/"): return UInt8(ascii: "_")
            case UInt8(ascii: "="): return nil
            default: return byte
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
