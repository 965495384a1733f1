import Foundation

/// Text in a header that is not ASCII (RFC 2047): words of at most 75 bytes in base64 of UTF-8.
enum EncodedWord {
    private static let prefix = "=?utf-8?B?"
    private static let suffix = "?="

    /// The words for a text; none ends inside a character's bytes.
    ///
    /// A reader drops the space between two of them.
    /// - Parameters:
    ///   - text: What to encode.
    ///   - firstColumn: How much of the first line is taken already; the line must not exceed 76 bytes.
    static func encode(_ text: String, firstColumn: Int) -> [String] {
        var words: [String] = []
        var bytes: [UInt8] = []
        var capacity = self.capacity(at: firstColumn)
        for scalar in text.unicodeScalars {
            let next = Array(String(scalar).utf8)
            if bytes.count + next.count > capacity {
                words.append(self.word(bytes))
                bytes = []
                capacity = self.capacity(at: 1)
            }
            bytes += next
        }
        return words + [self.word(bytes)]
    }

    private static func capacity(at column: Int) -> Int {
        max(8, min(75, 76 - column) - self.prefix.utf8.count - self.suffix.utf8.count) / 4 * 3
    }

    private static func word(_ bytes: [UInt8]) -> String {
        self.prefix + Data(bytes).base64EncodedString() + self.suffix
    }
}
