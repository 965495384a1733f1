import Foundation
import Mail
import MailSMTP
import TestSupport
import Testing

@Suite struct SecurityTests {
    private static let password = "pässword \"'\\ %41"

    @Test(arguments: [SMTPServer.Options.Security.startTLS, .tls])
    func `over TLS, signed in`(security: SMTPServer.Options.Security) async throws {
        let options = SMTPServer.Options(security: security, username: "app@example.com", password: Self.password)
        try await SMTPServer.withServer(options) { server in
            let transport = try self.transport(to: server, security, user: "app@example.com", password: Self.password)
            #expect(try await transport.send(Sample.message()).replyCode == 250)
            let arrived = try #require(try server.messages().first)
            #expect(arrived.isEncrypted)
            #expect(arrived.user == "app@example.com")
        }
    }

    @Test(arguments: [SMTPServer.Options.Security.startTLS, .tls])
    func `a wrong password is for the operator, and nowhere to be read`(
        security: SMTPServer.Options.Security
    ) async throws {
        let options = SMTPServer.Options(security: security, username: "app", password: "right")
        try await SMTPServer.withServer(options) { server in
            let transport = try self.transport(to: server, security, user: "app", password: "wrong-secret")
            let failure = try #require(try await Sample.failure(transport, Sample.message()))
            #expect(failure.kind == .misconfigured)
            #expect(failure.replyCode == 535)
            #expect(failure.reply.hasPrefix("535 "))
            #expect(!"\(failure) \(failure.debugDescription)".contains("secret"))
            #expect(try server.messages().isEmpty)
        }
    }

    @Test func `nobody signed in where somebody must: for the operator`() async throws {
        try await SMTPServer.withServer(.init(security: .tls, username: "app", password: "right")) { server in
            let failure = try await Sample.failure(self.transport(to: server, .tls), Sample.message())
            #expect(failure?.kind == .misconfigured)
            #expect(failure?.replyCode == 530)
        }
    }

    @Test(arguments: [SMTPServer.Options.Security.startTLS, .tls])
    func `a certificate from a stranger: for the operator`(security: SMTPServer.Options.Security) async throws {
        try await SMTPServer.withServer(.init(security: security)) { server in
            let configuration = SMTPConfiguration(
                host: "localhost", port: server.port, security: security == .tls ? .tls : .startTLS)
            let failure = try await Sample.failure(SMTPTransport(configuration), Sample.message())
            #expect(failure?.kind == .misconfigured)
            #expect(failure?.replyCode == nil)
            #expect(failure?.reply.contains("certificate") == true)
            #expect(try server.messages().isEmpty)
        }
    }

    @Test func `a certificate for another host: for the operator`() async throws {
        try await SMTPServer.withServer(.init(security: .tls, certificate: .wrongHost)) { server in
            let failure = try await Sample.failure(self.transport(to: server, .tls), Sample.message())
            #expect(failure?.kind == .misconfigured)
        }
    }

    @Test func `a file of authorities that is not there: for the operator`() async throws {
        try await SMTPServer.withServer(.init(security: .tls)) { server in
            let configuration = SMTPConfiguration(
                host: "localhost", port: server.port, security: .tls, caFile: "/nowhere/ca.pem")
            let failure = try await Sample.failure(SMTPTransport(configuration), Sample.message())
            #expect(failure?.kind == .misconfigured)
        }
    }

    @Test(arguments: [SMTPServer.Options.Security.startTLS, .tls])
    func `no TLS where it is required: nothing is sent`(security: SMTPServer.Options.Security) async throws {
        try await SMTPServer.withServer { server in
            let transport = try self.transport(to: server, security, user: "app", password: "secret")
            let failure = try await Sample.failure(transport, Sample.message())
            #expect(failure?.kind == .misconfigured)
            #expect(failure?.replyCode == nil)
            #expect(try server.events().isEmpty)
        }
    }

    @Test func `plain where TLS is required: for the operator`() async throws {
        try await SMTPServer.withServer(.init(security: .startTLS)) { server in
            let failure = try await Sample.failure(Sample.transport(to: server), Sample.message())
            #expect(failure?.kind == .misconfigured)
            #expect(failure?.replyCode == 530)
        }
    }

    @Test func `on this machine a password may go without TLS`() async throws {
        try await SMTPServer.withServer(.init(username: "app", password: "right")) { server in
            let configuration = SMTPConfiguration(
                host: "127.0.0.1", port: server.port, security: .none, username: "app", password: "right")
            let receipt = try await SMTPTransport(configuration).send(Sample.message())
            #expect(receipt.replyCode == 250)
            #expect(try server.messages().first?.user == "app")
        }
    }

    private func transport(
        to server: SMTPServer, _ security: SMTPServer.Options.Security, user: String? = nil, password: String? = nil
    ) throws -> SMTPTransport {
        try SMTPTransport(
            SMTPConfiguration(
                host: "localhost", port: server.port, security: security == .tls ? .tls : .startTLS, username: user,
                password: password, caFile: server.caFile.path, totalTimeout: .seconds(20), heloName: "app.example.com")
        )
    }
}
