import Foundation

/// The names of mails in a mailbox: the time of delivery in microseconds and a random part, so that they sort by time.
///
/// They come back in web addresses, so they are checked before they become part of a path.
enum MailboxID {
    static func make(microseconds: UInt64) -> String {
        let digits = String(microseconds)
        let padding = String(repeating: "0", count: max(0, 20 - digits.count))
        return "\(padding)\(digits)-\(UUID().uuidString.lowercased().prefix(8))"
    }

    static func isValid(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        return bytes.count == 29 && bytes[20] == UInt8(ascii: "-")
            && bytes[..<20].allSatisfy { (0x30...0x39).contains($0) }
            && bytes[21...].allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    }
}
