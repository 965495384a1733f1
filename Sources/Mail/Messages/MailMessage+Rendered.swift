extension MailMessage {
    /// The mail as it is sent: RFC 5322 headers and a `multipart/alternative` body in quoted-printable UTF-8.
    ///
    /// ASCII only, CRLF at every line's end, no line of more than 76 bytes but for an address or a Message-ID that is
    /// longer. The same message gives the same bytes.
    public func rendered() -> [UInt8] {
        // No line of quoted-printable text can hold "=_", so none can be taken for the boundary (RFC 2045, 6.7).
        let boundary = "=_" + String(self.id.left.filter { $0.isLetter || $0.isNumber }.prefix(60))
        var output = self.header(boundary: boundary)
        for (type, body) in [("text/plain", self.text), ("text/html", self.html)] {
            output += "\r\n--\(boundary)\r\n"
            output += "Content-Type: \(type); charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
            output += QuotedPrintable.encode(body)
        }
        output += "\r\n--\(boundary)--\r\n"
        return Array(output.utf8)
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
