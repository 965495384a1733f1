/// Quoted-printable text (RFC 2045, section 6.7): ASCII lines of at most 76 bytes.
///
/// Also encoded is what some programs on the way treat in a way of their own: a dot at the beginning of a line (SMTP)
/// and `From ` there (mailbox files).
enum QuotedPrintable {
    private static let limit = 76
    private static let digits = Array("0123456789ABCDEF".utf8)

    /// Encodes text; whatever ends its lines, CRLF ends them afterwards.
    static func encode(_ text: String) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(text.utf8.count * 5 / 4)
        for line in self.lines(text) {
            self.append(line, to: &output)
            output += [0x0D, 0x0A]
        }
        return output
    }

    /// The bytes of each line; a line break at the very end does not begin another.
    private static func lines(_ text: String) -> [[UInt8]] {
        var lines: [[UInt8]] = [[]]
        var previous: UInt8 = 0
        for byte in text.utf8 {
            switch byte {
            case 0x0A where previous == 0x0D: break
            case 0x0A, 0x0D: lines.append([])
            default: lines[lines.count - 1].append(byte)
            }
            previous = byte
        }
        if lines.count > 1, lines.last == [] { lines.removeLast() }
        return lines
    }

    private static func append(_ line: [UInt8], to output: inout [UInt8]) {
        var column = 0
        for (index, byte) in line.enumerated() {
            let isLast = index == line.count - 1
            let isPlain = self.isPlain(byte, isLast: isLast)
            // One column is kept for the "=" of a soft line break, unless the line ends here.
            if column + (isPlain ? 1 : 3) > (isLast ? self.limit : self.limit - 1) {
                output += [UInt8(ascii: "="), 0x0D, 0x0A]
                column = 0
            }
            if isPlain, column > 0 || !self.isTricky(line[index...]) {
                output.append(byte)
                column += 1
            } else {
                output += [UInt8(ascii: "="), self.digits[Int(byte >> 4)], self.digits[Int(byte & 15)]]
                column += 3
            }
        }
    }

    private static func isPlain(_ byte: UInt8, isLast: Bool) -> Bool {
        switch byte {
        case 0x20, 0x09: !isLast
        case UInt8(ascii: "="): false
        default: (0x21...0x7E).contains(byte)
        }
    }

    private static func isTricky(_ rest: ArraySlice<UInt8>) -> Bool {
        rest.first == UInt8(ascii: ".") || rest.starts(with: "From ".utf8)
    }
}
