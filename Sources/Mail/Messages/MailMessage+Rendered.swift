extension MailMessage {
    /// The mail as it is sent: RFC 5322 headers and a `multipart/alternative` body in quoted-printable UTF-8.
    ///
    /// ASCII only, CRLF at every line's end, no line of more than 76 bytes but for an address or a Message-ID that is
    /// longer. The same message gives the same bytes.
    public func rendered() -> [UInt8] {
        // No line of quoted-printable text can hold "=_", so none can be taken for the boundary (RFC 2045, 6.7).
        let boundary = "=_" + String(self.id.left.filter { $0.isLetter || $0.isNumber }.prefix(60))
        var output = Array(self.header(boundary: boundary).utf8)
        for (type, body) in [("text/plain", self.text), ("text/html", self.html)] {
            let head = [
                "", "--\(boundary)", "Content-Type: \(type); charset=utf-8",
                "Content-Transfer-Encoding: quoted-printable", "", "",
            ]
            output += head.joined(separator: "\r\n").utf8
            output += QuotedPrintable.encode(body)
        }
        return output + "\r\n--\(boundary)--\r\n".utf8
    }

    private func header(boundary: String) -> String {
        var lines = [
            HeaderLine(name: "Date", tokens: [MailDate.text(self.date)]),
            HeaderLine(name: "From", address: self.from),
            HeaderLine(name: "To", address: self.to),
        ]
        if let replyTo = self.replyTo { lines.append(HeaderLine(name: "Reply-To", address: replyTo)) }
        lines += [
            HeaderLine(name: "Subject", text: self.subject),
            HeaderLine(name: "Message-ID", tokens: [self.id.description]),
            HeaderLine(name: "Auto-Submitted", tokens: ["auto-generated"]),
            HeaderLine(name: "MIME-Version", tokens: ["1.0"]),
            HeaderLine(name: "Content-Type", tokens: ["multipart/alternative;", "boundary=\"\(boundary)\""]),
        ]
        return lines.map(\.folded).joined()
    }
}
