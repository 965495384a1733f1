import Mail
import Testing

@testable import MailSMTP

@Suite struct DialogueTests {
    @Test func `a transcript knows how far it came and what was said to that`() {
        var transcript = SMTPTranscript()
        transcript.received("220 mail.example.org\r\n".utf8)
        #expect(transcript.stage == .greeting && transcript.reply?.code == 220)
        transcript.sent("EHLO app\r\n".utf8)
        #expect(transcript.stage == .hello && transcript.reply == nil)
        transcript.received("250-mail.example.org\r\n250-SIZE 100\r\n".utf8)
        #expect(transcript.reply == nil)
        transcript.received("250 HELP\r\n".utf8)
        #expect(transcript.reply == SMTPReply(code: 250, text: "250-mail.example.org SIZE 100 HELP"))
        transcript.sent("AUTH PLAIN\r\n".utf8)
        transcript.received("334 \r\n".utf8)
        transcript.sent("AGFwcABodXNo\r\n".utf8)
        #expect(transcript.stage == .authentication)
        transcript.sent("MAIL FROM:<a@b>\r\n".utf8)
        transcript.sent("RCPT TO:<a@b>\r\n".utf8)
        transcript.received("250 ok\r\n".utf8)
        transcript.sent("DATA\r\n".utf8)
        transcript.received("354 go\r\n".utf8)
        #expect(transcript.stage == .data && transcript.reply?.code == 354)
        transcript.contentBegun()
        transcript.contentBegun()
        #expect(transcript.stage == .content && transcript.reply == nil)
        transcript.received("250 2.0.0 queued\r\n".utf8)
        transcript.sent("QUIT\r\n".utf8)
        transcript.received("221 bye\r\n".utf8)
        #expect(transcript.hasQuit && transcript.stage == .content && transcript.reply?.code == 250)
    }

    @Test func `a server that talks without end or nonsense does no harm`() {
        var transcript = SMTPTranscript()
        transcript.received("\r\nhello\r\n12\r\nabc def\r\n".utf8)
        #expect(transcript.reply == nil)
        for _ in 0..<1_000 { transcript.received(("250-" + String(repeating: "x", count: 1_000) + "\r\n").utf8) }
        transcript.received("250\r\n".utf8)
        #expect(transcript.reply?.code == 250)
        #expect((transcript.reply?.text.count ?? 0) < 11_000)
    }

    @Test func `the end decides`() {
        func kind(_ cause: SMTPEnd.Cause, _ stage: SMTPStage, _ code: Int?) -> MailFailure.Kind? {
            let reply = code.map { SMTPReply(code: $0, text: "\($0) text") }
            let end = SMTPEnd(cause: cause, stage: stage, reply: reply, detail: "detail")
            guard case .failed(let failure) = end.verdict else { return nil }
            let decided = code.map { $0 >= 400 } ?? false
            #expect(failure.replyCode == (decided ? code : nil))
            #expect(failure.reply == (decided ? "\(code ?? 0) text" : "detail"))
            return failure.kind
        }
        #expect(kind(.other, .greeting, nil) == .deferred)
        #expect(kind(.other, .greeting, 421) == .deferred)
        #expect(kind(.other, .greeting, 554) == .misconfigured)
        #expect(kind(.other, .hello, 550) == .misconfigured)
        #expect(kind(.withoutTLS, .hello, 250) == .misconfigured)
        #expect(kind(.withoutTLS, .startTLS, 454) == .deferred)
        #expect(kind(.untrusted, .startTLS, 220) == .misconfigured)
        #expect(kind(.loginDenied, .authentication, 535) == .misconfigured)
        #expect(kind(.loginDenied, .authentication, 454) == .deferred)
        #expect(kind(.loginDenied, .hello, 250) == .misconfigured)
        #expect(kind(.settings, .greeting, nil) == .misconfigured)
        #expect(kind(.other, .recipient, 250) == .deferred)
        #expect(kind(.other, .data, 554) == .rejected)
        #expect(kind(.other, .data, 354) == .deferred)
        #expect(kind(.aborted, .content, nil) == .outcomeUnknown)
        #expect(kind(.done, .content, nil) == .outcomeUnknown)
        #expect(kind(.other, .content, 535) == .misconfigured)
    }

    @Test func `what was accepted stays accepted`() {
        for cause in [SMTPEnd.Cause.done, .aborted, .other] {
            let end = SMTPEnd(cause: cause, stage: .content, reply: SMTPReply(code: 250, text: "250 ok"), detail: "")
            #expect(end.verdict == .accepted(MailReceipt(replyCode: 250, reply: "250 ok")))
        }
        #expect(SMTPEnd(cause: .aborted, stage: .recipient, reply: nil, detail: "").verdict == .cancelled)
    }

    @Test func `passwords are taken out of replies`() {
        let filter = SecretFilter(
            SMTPConfiguration(host: "localhost", port: 25, security: .none, username: "app", password: "hush"))
        #expect(filter.clean("bad: hush aHVzaA== AGFwcABodXNo app") == "bad: *** *** *** app")
        #expect(SecretFilter(SMTPConfiguration(host: "a", port: 1, security: .tls)).clean("x") == "x")
    }
}
