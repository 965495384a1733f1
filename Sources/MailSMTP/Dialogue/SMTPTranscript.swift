/// What is kept of a dialogue with an SMTP server: how far it came, and the reply to that.
///
/// No command is kept: some of them carry passwords.
struct SMTPTranscript: Sendable {
    /// What the server was told last, farewell excepted.
    private(set) var stage = SMTPStage.greeting
    /// What it answered to that; nil if it has not.
    private(set) var reply: SMTPReply?
    /// Whether the farewell was sent; what comes then does not matter any more.
    private(set) var hasQuit = false
    private var unfinished: [String] = []

    /// A command was sent.
    mutating func sent(_ command: some Collection<UInt8>) {
        if command.starts(with: "QUIT\r".utf8) {
            self.hasQuit = true
        } else if let stage = SMTPStage(command: command) {
            self.move(to: stage)
        }
    }

    /// Content is about to be sent.
    mutating func contentBegun() {
        if self.stage != .content { self.move(to: .content) }
    }

    /// One or more whole lines came.
    mutating func received(_ bytes: some Collection<UInt8>) {
        guard !self.hasQuit else { return }
        for line in bytes.split(whereSeparator: { $0 == 0x0A || $0 == 0x0D }) { self.received(line: line) }
    }

    private mutating func received(line: some Collection<UInt8>) {
        let digits = line.prefix(3)
        guard digits.count == 3, digits.allSatisfy({ (0x30...0x39).contains($0) }),
            let code = Int(String(decoding: digits, as: UTF8.self))
        else { return }
        let isFirst = self.unfinished.isEmpty
        // As long as a caller would keep of it; a server may talk without end.
        if self.unfinished.count < 20 {
            self.unfinished.append(String(decoding: line.dropFirst(isFirst ? 0 : 4).prefix(512), as: UTF8.self))
        }
        guard line.dropFirst(3).first != UInt8(ascii: "-") else { return }
        self.reply = SMTPReply(code: code, text: self.unfinished.joined(separator: " "))
        self.unfinished = []
    }

    private mutating func move(to stage: SMTPStage) {
        self.stage = stage
        self.reply = nil
        self.unfinished = []
    }
}
