import Mail
import Testing

@Suite struct MailFailureTests {
    @Test func `a stranger's reply becomes one printable line`() {
        let reply = "250-first\r\n250 second\u{1B}[31m\t\u{202E}end\u{0}\u{2028}. "
        #expect(MailReceipt(replyCode: 250, reply: reply).reply == "250-first 250 second [31m end .")
        #expect(MailFailure(.rejected, reply: String(repeating: "é ", count: 600)).reply.count == 500)
    }

    @Test(arguments: MailFailure.Kind.allCases) func `the description says what to do and not what the server said`(
        kind: MailFailure.Kind
    ) {
        let failure = MailFailure(kind, replyCode: 450, reply: "words", retryAfter: .seconds(3))
        #expect(!failure.description.contains("words"))
        #expect(failure.description.contains("450") == (kind != .outcomeUnknown))
        #expect(failure.debugDescription == "\(kind.rawValue): words")
        #expect(failure.mayBeRetried == (kind != .rejected))
        #expect(failure.retryAfter == .seconds(3))
    }
}
