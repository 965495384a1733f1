import Foundation
import Identity
import Mail
import Synchronization
import Tenancy
import Testing
import Workflow

@testable import ControlPlane

@Suite("Delivering a mail")
struct DeliveryStepTests {
    let ports = Ports()
    let transport = Transport()
    let tenant = Examples.tenant("acme", .active)
    let delivery: Delivery

    final class Transport: MailTransport {
        private let state = Mutex<(answers: [Result<MailReceipt, MailFailure>], sent: [MailMessage])>(([], []))
        var sent: [MailMessage] { self.state.withLock { $0.sent } }

        func answer(_ answers: Result<MailReceipt, MailFailure>...) { self.state.withLock { $0.answers = answers } }

        func send(_ message: MailMessage) async throws -> MailReceipt {
            try self.state.withLock { state in
                state.sent.append(message)
                guard !state.answers.isEmpty else { return MailReceipt(replyCode: 250, reply: "250 OK") }
                return try state.answers.removeFirst().get()
            }
        }
    }

    init() throws {
        let member = try Examples.member(.invited, role: .admin)
        let tenant = self.tenant
        let id = DeliveryID.random()
        self.delivery = Delivery(
            id: id, tenant: tenant.id, kind: "welcome", recipient: member.email, recipientName: "Ann Example",
            messageID: "<\(id)@example.com>", state: .queued, attempts: 0, uncertain: 0, replyCode: nil, reply: nil,
            linkExpiresAt: nil, linkUsedAt: nil, resendOf: nil, createdAt: Examples.now, updatedAt: Examples.now,
            sentAt: nil)
        let delivery = self.delivery
        self.ports.change { state in
            state.tenants = [tenant]
            state.members = [.init(member: member, hash: nil)]
            state.deliveries = [delivery]
        }
    }

    private func attempt(_ number: Int = 1) async throws -> StepResult<JSONDocument> {
        let workflow = try DeliveryWorkflow.make(
            queue: self.ports, members: self.ports, seal: try SecretSeal(secret: Array(repeating: 7, count: 32)),
            urls: TenantURL(scheme: "https", baseDomain: try #require(BaseDomain("example.com")), port: nil),
            settings: MailSettings(
                transport: self.transport, from: try MailAddress(parsing: "Bulkhead <no-reply@example.com>"),
                productName: "Bulkhead"), now: { Examples.now })
        let context = StepContext(
            fence: Fence(run: .random(), attempt: number), subject: "mail", number: number, outputs: [:])
        return try await workflow.steps[0].run(
            .forward, input: try JSONDocument(encoding: MailOrder(delivery: self.delivery.id)), output: nil, in: context
        )
    }

    private func link(in message: MailMessage) throws -> OpaqueToken {
        let text = try #require(message.text.split(whereSeparator: \.isWhitespace).first { $0.contains("#token=") })
        return try #require(OpaqueToken(String(text.split(separator: "=").last ?? "")))
    }

    @Test func `The mail names company and subdomain and carries a link that is stored nowhere`() async throws {
        let result = try await self.attempt()
        let message = try #require(self.transport.sent.first)
        #expect(message.subject.contains("Acme") || message.text.contains(self.tenant.name))
        #expect(message.text.contains("https://acme.example.com/activate#token="))
        #expect(message.html.contains("https://acme.example.com/activate#token="))
        #expect(message.text.contains("acme") && message.text.contains(self.delivery.recipient.description))
        let token = try self.link(in: message)
        #expect(self.ports.state.open == [token.hash] && self.ports.state.noted == [token.hash])
        #expect(self.ports.state.deliveries[0].state == .sent)
        #expect(self.ports.state.deliveries[0].replyCode == 250)
        #expect(!"\(result) \(self.ports.state)".contains(token.text))
    }

    @Test func `All attempts are the same mail with the same link`() async throws {
        self.transport.answer(.failure(MailFailure(.deferred, replyCode: 451, reply: "451 later")))
        let failure = await #expect(throws: StepFailure.self) { _ = try await self.attempt(1) }
        #expect(failure?.retry == .withBackoff)
        #expect(failure?.evidence?["replyCode"] == 451)
        #expect(self.ports.state.deliveries[0].state == .deferred)
        _ = try await self.attempt(2)
        #expect(self.transport.sent.count == 2)
        #expect(self.transport.sent[0].rendered() == self.transport.sent[1].rendered())
        #expect(self.ports.state.deliveries[0].state == .sent)
    }

    @Test func `What is refused for good is done, not tried again`() async throws {
        self.transport.answer(.failure(MailFailure(.rejected, replyCode: 550, reply: "550 no such user")))
        let result = try await self.attempt()
        #expect(result.evidence["outcome"] == "bounced")
        #expect(self.ports.state.deliveries[0].state == .bounced)
        #expect(self.ports.state.deliveries[0].reply == "550 no such user")
        let again = try await self.attempt(2)
        #expect(again.evidence["outcome"] == "notNeeded")
        #expect(self.transport.sent.count == 1)
    }

    @Test func `A mail that may have arrived is sent once more, and no third time`() async throws {
        let unknown = MailFailure(.outcomeUnknown, reply: "connection closed")
        self.transport.answer(.failure(unknown), .failure(unknown))
        let first = await #expect(throws: StepFailure.self) { _ = try await self.attempt(1) }
        #expect(first?.retry == .withBackoff)
        let second = await #expect(throws: StepFailure.self) { _ = try await self.attempt(2) }
        #expect(second?.retry == .never)
        #expect(self.ports.state.deliveries[0].uncertain == 2)
    }

    @Test func `Who has signed up already gets no mail`() async throws {
        self.ports.change { $0.members[0].member.status = .active }
        #expect(try await self.attempt().evidence["outcome"] == "notNeeded")
        #expect(self.transport.sent.isEmpty)
        #expect(self.ports.state.deliveries[0].state == .cancelled)
    }

    @Test func `A mail that was cancelled is not sent`() async throws {
        self.ports.change { $0.deliveries[0].state = .cancelled }
        #expect(try await self.attempt().evidence["outcome"] == "notNeeded")
        #expect(self.transport.sent.isEmpty)
    }

    @Test func `Deliveries are listed, found and sent again`() async throws {
        let service = DeliveryService(deliveries: self.ports)
        #expect(try await service.list(of: nil, PageRequest()).items.count == 1)
        #expect(try await service.list(of: .random(), PageRequest()).items.isEmpty)
        #expect(try await service.get(self.delivery.id) == self.delivery)
        await #expect(throws: DomainError.notFound("delivery")) { _ = try await service.get(.random()) }
        _ = try await service.resend(self.delivery.id, by: .system("test"), requestID: nil, once: nil)
        #expect(self.ports.calls == ["resend by system:test"])
    }
}
