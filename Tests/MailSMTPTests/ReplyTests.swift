import Foundation
import Mail
import MailSMTP
import TestSupport
import Testing

@Suite struct ReplyTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let code: Int
        let stage: SMTPBehaviour.Stage
        let kind: MailFailure.Kind
        var testDescription: String { "\(code) at \(stage.rawValue)" }
    }

    @Test(arguments: [
        Case(code: 421, stage: .sender, kind: .deferred), Case(code: 450, stage: .sender, kind: .deferred),
        Case(code: 451, stage: .recipient, kind: .deferred), Case(code: 452, stage: .recipient, kind: .deferred),
        Case(code: 451, stage: .content, kind: .deferred), Case(code: 421, stage: .content, kind: .deferred),
        Case(code: 550, stage: .recipient, kind: .rejected), Case(code: 554, stage: .recipient, kind: .rejected),
        Case(code: 554, stage: .content, kind: .rejected), Case(code: 552, stage: .sender, kind: .rejected),
        Case(code: 550, stage: .sender, kind: .misconfigured), Case(code: 530, stage: .recipient, kind: .misconfigured),
    ])
    func `a refusal says what to do next, with the server's code and words`(example: Case) async throws {
        let text = "5.7.1 because of \(example.stage.rawValue)"
        try await SMTPServer.withServer(behaviour: .reply(example.code, text, at: example.stage)) { server in
            let failure = try await Sample.failure(Sample.transport(to: server), Sample.message())
            #expect(failure?.kind == example.kind)
            #expect(failure?.replyCode == example.code)
            #expect(failure?.reply == "\(example.code) \(text)")
            #expect(try server.messages().isEmpty)
        }
    }

    @Test func `recipients are refused one by one, and only as often as said`() async throws {
        try await SMTPServer.withServer { server in
            let transport = try Sample.transport(to: server)
            try server.setBehaviour(.reply(550, "5.1.1 no such user", at: .recipient), for: "unknown")
            try server.setBehaviour(.reply(451, "4.7.1 later", at: .recipient, times: 2), for: "later")
            #expect(try await Sample.failure(transport, Sample.message(to: "unknown"))?.kind == .rejected)
            #expect(try await Sample.failure(transport, Sample.message(to: "later"))?.kind == .deferred)
            #expect(try await Sample.failure(transport, Sample.message(to: "later"))?.kind == .deferred)
            #expect(try await Sample.failure(transport, Sample.message(to: "later")) == nil)
            #expect(try await Sample.failure(transport, Sample.message(to: "ada")) == nil)
            #expect(try server.messages().flatMap(\.recipients) == ["later@example.org", "ada@example.org"])
            #expect(try server.events().map(\.action) == ["reply", "reply", "reply", "accept", "accept"])
        }
    }

    @Test func `a mail that is too big is refused`() async throws {
        try await SMTPServer.withServer(.init(maximumSize: 2_000)) { server in
            let text = String(repeating: "line\n", count: 2_000)
            let failure = try await Sample.failure(Sample.transport(to: server), Sample.message(text: text))
            #expect(failure?.kind == .rejected)
            #expect(failure?.replyCode == 552)
        }
    }

    @Test func `a reply with escape sequences is made printable`() async throws {
        let text = "5.1.1 \u{1B}[2Jno \u{07}such user " + String(repeating: "x", count: 600)
        try await SMTPServer.withServer(behaviour: .reply(550, text, at: .recipient)) { server in
            let reply = try #require(try await Sample.failure(Sample.transport(to: server), Sample.message())?.reply)
            #expect(reply.hasPrefix("550 5.1.1 [2Jno such user xxx"))
            #expect(reply.count == 500)
        }
    }
}
