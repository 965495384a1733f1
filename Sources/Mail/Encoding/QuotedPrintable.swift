/// Quoted-printable text (RFC 2045, section 6.7): ASCII lines of at most 76 bytes.
///
/// Also encoded is what some programs on the way treat in a way of their own: a dot at the beginning of a line (SMTP)
/// and `From ` there (mailbox files).
enum QuotedPrintable {
    private static let limit = 76
    private static let digits = Array("0123456789ABCDEF".unicodeScalars)

    /// Encodes text; whatever ends its lines, CRLF ends them afterwards.
    static func encode(_ text: String) -> String {
        var output = ""
        for line in self.lines(text) {
            self.append(line, to: &output)
            output += "\r\n"
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

    private static func append(_ line: [UInt8], to output: inout String) {
        var column = 0
        for (index, byte) in line.enumerated() {
            let isLast = index == line.count - 1
            var token = self.token(byte, isLast: isLast)
            // One column is kept for the "=" of a soft line break, unless the line ends here.
            if column + token.count > (isLast ? self.limit : self.limit - 1) {
                output += "=\r\n"
                column = 0
            }
            let isTricky = byte == UInt8(ascii: ".") || line[index...].starts(with: "From ".utf8)
            if column == 0, isTricky { token = self.escaped(byte) }
            output.unicodeScalars.append(contentsOf: token)
            column += token.count
        }
    }

    private static func token(_ byte: UInt8, isLast: Bool) -> [Unicode.Scalar] {
        switch byte {
        case 0x20, 0x09: isLast ? self.escaped(byte) : [Unicode.Scalar(byte)]
        case 0x3D: self.escaped(byte)
        case 0x21...0x7E: [Unicode.Scalar(byte)]
        default: self.escaped(byte)
        }
    }

    private static func escaped(_ byte: UInt8) -> [Unicode.Scalar] {
        ["=", self.digits[Int(byte >> 4)], self.digits[Int(byte & 15)]]
    }
}
