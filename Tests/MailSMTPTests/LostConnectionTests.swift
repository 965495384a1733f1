import Foundation
import LocalServers
import Mail
import MailSMTP
import TestSupport
import Testing

@Suite struct LostConnectionTests {
    @Test func `nobody listens: later`() async throws {
        let transport = try SMTPTransport(
            SMTPConfiguration(host: "127.0.0.1", port: FreePort.reserve(), security: .none))
        let failure = try await Sample.failure(transport, Sample.message())
        #expect(failure?.kind == .deferred)
        #expect(failure?.replyCode == nil)
        #expect(failure?.reply.contains("connect") == true)
    }

    @Test func `no such host: later`() async throws {
        let transport = try SMTPTransport(SMTPConfiguration(host: "mail.invalid", port: 25, security: .none))
        let failure = try await Sample.failure(transport, Sample.message())
        #expect(failure?.kind == .deferred)
        #expect(failure?.replyCode == nil)
    }

    @Test(arguments: [SMTPBehaviour.Stage.sender, .recipient])
    func `a connection that breaks before the content: later`(stage: SMTPBehaviour.Stage) async throws {
        try await SMTPServer.withServer(behaviour: .drop(at: stage)) { server in
            let failure = try await Sample.failure(Sample.transport(to: server), Sample.message())
            #expect(failure?.kind == .deferred)
            #expect(failure?.replyCode == nil)
            #expect(try server.messages().isEmpty)
        }
    }

    @Test(arguments: [true, false])
    func `a connection that breaks after the content: nobody knows`(delivered: Bool) async throws {
        let behaviour = SMTPBehaviour.drop(at: .content, delivered: delivered, times: 1)
        try await SMTPServer.withServer(behaviour: behaviour) { server in
            let transport = try Sample.transport(to: server)
            let message = try Sample.message()
            let failure = try await Sample.failure(transport, message)
            #expect(failure?.kind == .outcomeUnknown)
            #expect(failure?.replyCode == nil)
            #expect(failure?.reply.isEmpty == false)
            _ = try await transport.send(message)
            let arrived = try server.messages()
            #expect(arrived.count == (delivered ? 2 : 1))
            #expect(Set(arrived.map(\.raw)).count == 1)
        }
    }

    @Test(arguments: [SMTPBehaviour.Stage.sender, .recipient])
    func `a server that hangs before the content: later`(stage: SMTPBehaviour.Stage) async throws {
        try await SMTPServer.withServer(behaviour: .hang(at: stage)) { server in
            let transport = try Sample.transport(to: server, totalTimeout: .seconds(1))
            let start = ContinuousClock.now
            let failure = try await Sample.failure(transport, Sample.message())
            #expect(failure?.kind == .deferred)
            #expect(failure?.replyCode == nil)
            #expect(ContinuousClock.now - start < .seconds(8))
        }
    }

    @Test func `a server that hangs after the content: nobody knows`() async throws {
        try await SMTPServer.withServer(behaviour: .hang(at: .content)) { server in
            let transport = try Sample.transport(to: server, totalTimeout: .seconds(1))
            let start = ContinuousClock.now
            let failure = try await Sample.failure(transport, Sample.message())
            #expect(failure?.kind == .outcomeUnknown)
            #expect(try server.messages().count == 1)
            #expect(ContinuousClock.now - start < .seconds(8))
        }
    }

    @Test(arguments: [SMTPBehaviour.hang(at: .farewell), .drop(at: .farewell), .reply(554, "no", at: .farewell)])
    func `what happens at the farewell does not matter, and takes no time`(behaviour: SMTPBehaviour) async throws {
        try await SMTPServer.withServer(behaviour: behaviour) { server in
            let transport = try Sample.transport(to: server, totalTimeout: .seconds(60))
            let start = ContinuousClock.now
            let receipt = try await transport.send(Sample.message())
            #expect(receipt.replyCode == 250)
            #expect(receipt.reply.hasPrefix("250 2.0.0 queued"))
            #expect(ContinuousClock.now - start < .seconds(15))
            #expect(try server.messages().count == 1)
        }
    }

    @Test func `a farewell that hangs does not hide a refusal`() async throws {
        try await SMTPServer.withServer(behaviour: .hang(at: .farewell)) { server in
            try server.setBehaviour(.reply(550, "5.1.1 no such user", at: .recipient), for: "unknown")
            let transport = try Sample.transport(to: server, totalTimeout: .seconds(60))
            let start = ContinuousClock.now
            let failure = try await Sample.failure(transport, Sample.message(to: "unknown"))
            #expect(failure?.kind == .rejected)
            #expect(failure?.replyCode == 550)
            #expect(ContinuousClock.now - start < .seconds(15))
        }
    }

    @Test func `a server that comes back takes the mail`() async throws {
        let port = try FreePort.reserve()
        let transport = try SMTPTransport(SMTPConfiguration(host: "127.0.0.1", port: port, security: .none))
        let message = try Sample.message()
        for _ in 0..<2 {
            #expect(try await Sample.failure(transport, message)?.kind == .deferred)
            try await SMTPServer.withServer(.init(port: port)) { server in
                let receipt = try await transport.send(message)
                #expect(receipt.replyCode == 250)
                #expect(try server.messages().count == 1)
            }
        }
    }
}
