import Foundation
import Mail
import MailSMTP
import TestSupport
import Testing

@Suite struct CancellationTests {
    @Test func `cancelled before the content: nothing was sent`() async throws {
        try await SMTPServer.withServer(behaviour: .hang(at: .recipient)) { server in
            let transport = try Sample.transport(to: server)
            let start = ContinuousClock.now
            let sending = try Sample.sending(Sample.message(), by: transport)
            try await eventually { try server.events().map(\.action) == ["hang"] }
            sending.cancel()
            await #expect(throws: CancellationError.self) { try await sending.value }
            #expect(ContinuousClock.now - start < .seconds(10))
        }
    }

    @Test func `cancelled after the content: nobody knows`() async throws {
        try await SMTPServer.withServer(behaviour: .hang(at: .content)) { server in
            let transport = try Sample.transport(to: server)
            let sending = try Sample.sending(Sample.message(), by: transport)
            try await eventually { try server.events().map(\.action) == ["hang"] }
            sending.cancel()
            let failure = await #expect(throws: MailFailure.self) { try await sending.value }
            #expect(failure?.kind == .outcomeUnknown)
        }
    }

    @Test func `cancelled while it waits for its turn`() async throws {
        try await SMTPServer.withServer(behaviour: .hang(at: .recipient, times: 1)) { server in
            let transport = try Sample.transport(to: server, connections: 1)
            let first = try Sample.sending(Sample.message(), by: transport)
            try await eventually { try server.events().count == 1 }
            let second = try Sample.sending(Sample.message(to: "second"), by: transport)
            let third = try Sample.sending(Sample.message(to: "third"), by: transport)
            second.cancel()
            await #expect(throws: CancellationError.self) { try await second.value }
            first.cancel()
            await #expect(throws: CancellationError.self) { try await first.value }
            #expect(try await third.value.replyCode == 250)
            #expect(try server.messages().flatMap(\.recipients) == ["third@example.org"])
        }
    }

    @Test func `cancelled before it begins`() async throws {
        try await SMTPServer.withServer { server in
            let transport = try Sample.transport(to: server)
            // One that is cancelled before it sends.
            let sending = Task {
                withUnsafeCurrentTask { $0?.cancel() }
                return try await transport.send(Sample.message())
            }
            await #expect(throws: CancellationError.self) { try await sending.value }
            #expect(try server.messages().isEmpty)
        }
    }
}
