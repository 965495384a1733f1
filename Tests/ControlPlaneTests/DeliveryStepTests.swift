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
        private let state = Mutex<(answers: [Result<MailReceipt, any Error>], sent: [MailMessage])>(([], []))
        private let whileSending = Mutex<@Sendable () -> Void>({})
        var sent: [MailMessage] { self.state.withLock { $0.sent } }

        func answer(_ answers: Result<MailReceipt, any Error>...) { self.state.withLock { $0.answers = answers } }

        /// What happens between the content of each mail and the answer.
        func onSending(_ body: @escaping @Sendable () -> Void) { self.whileSending.withLock { $0 = body } }

        func send(_ message: MailMessage) async throws -> MailReceipt {
            self.whileSending.withLock { $0 }()
            return try self.state.withLock { state in
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

    private func workflow(product: String = "Bulkhead") throws -> Workflow {
        try DeliveryWorkflow.make(
            queue: self.ports, members: self.ports, seal: try SecretSeal(secret: Array(repeating: 7, count: 32)),
            urls: TenantURL(scheme: "https", baseDomain: try #require(BaseDomain("example.com")), port: nil),
            settings: MailSettings(
                transport: self.transport, from: try MailAddress(parsing: "Bulkhead <no-reply@example.com>"),
                productName: product, sendingTime: .seconds(600)), now: { Examples.now })
    }

    private func attempt(_ number: Int = 1, product: String = "Bulkhead") async throws -> StepResult<JSONDocument> {
        let workflow = try self.workflow(product: product)
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

    @Test func `An attempt of which no record is left counts as one that may have delivered the mail`() async throws {
        self.ports.change { $0.lostRecords = 5 }
        for number in 1...2 {
            await #expect(throws: Ports.AuditBroken.self) { _ = try await self.attempt(number) }
            #expect(self.transport.sent.count == number)
        }
        for number in 3...4 {
            let failure = await #expect(throws: StepFailure.self) { _ = try await self.attempt(number) }
            #expect(failure?.retry == .never)
        }
        #expect(self.transport.sent.count == 2)
        #expect(Set(self.transport.sent.map(\.id)).count == 1)
        #expect(self.ports.state.deliveries[0].uncertain == 2)
    }

    @Test func `A lost record and an unknown outcome together are two`() async throws {
        self.ports.change { $0.lostRecords = 1 }
        await #expect(throws: Ports.AuditBroken.self) { _ = try await self.attempt(1) }
        self.transport.answer(.failure(MailFailure(.outcomeUnknown, reply: "connection closed")))
        let failure = await #expect(throws: StepFailure.self) { _ = try await self.attempt(2) }
        #expect(failure?.retry == .never)
        #expect(self.transport.sent.count == 2)
    }

    @Test func `What the mail server said is written down although the attempt is being ended`() async throws {
        // On its own, so that it can be cancelled; it is awaited below.
        let work = Task { try await self.attempt() }
        self.transport.onSending { work.cancel() }
        _ = try await work.value
        #expect(self.ports.state.deliveries[0].state == .sent)
        #expect(self.ports.state.handedOver.isEmpty)
    }

    @Test func `An attempt that ended before the mail left is not counted as uncertain`() async throws {
        self.transport.answer(.failure(CancellationError()))
        // On its own, so that it can be cancelled; it is awaited below.
        let work = Task { try await self.attempt() }
        self.transport.onSending { work.cancel() }
        await #expect(throws: CancellationError.self) { _ = try await work.value }
        #expect(self.ports.state.deliveries[0].state == .deferred)
        #expect(self.ports.state.deliveries[0].uncertain == 0 && self.ports.state.handedOver.isEmpty)
    }

    @Test func `The transport gives up before the attempt does`() throws {
        let step = try self.workflow().steps[0]
        #expect(step.policy.timeout > .seconds(600 + 30))
    }

    @Test func `An attempt is on record for good before it begins`() throws {
        #expect(try self.workflow().steps[0].effect == .external)
    }

    @Test func `The longest names are mailed, cut where a header has to end`() async throws {
        let name = String(repeating: "\u{1F600}", count: 200)
        self.ports.change { $0.tenants[0].name = name }
        self.rename(to: name)
        _ = try await self.attempt(product: name)
        let message = try #require(self.transport.sent.first)
        #expect(message.text.contains(name) && message.html.contains(name))
        #expect(message.to.name?.hasSuffix("\u{1F600}…") == true && message.subject.hasSuffix("\u{1F600}…"))
        #expect(self.ports.state.deliveries[0].state == .sent)
    }

    @Test func `A mail that cannot be written is refused at once, and opens no link`() async throws {
        self.rename(to: "Ann\u{2028}Example")
        let failure = await #expect(throws: StepFailure.self) { _ = try await self.attempt() }
        #expect(failure?.retry == .never)
        #expect(failure?.reason.contains("'adminName'") == true)
        #expect(self.ports.state.deliveries[0].state == .bounced)
        #expect(self.ports.state.deliveries[0].reply?.contains("'adminName'") == true)
        #expect(self.ports.state.open.isEmpty && self.ports.state.noted.isEmpty && self.transport.sent.isEmpty)
    }

    @Test func `A link that was made by hand stays, and the mail is cancelled`() async throws {
        self.ports.change { $0.open = [[1, 2, 3]] }
        #expect(try await self.attempt().evidence["outcome"] == "notNeeded")
        #expect(self.ports.state.open == [[1, 2, 3]])
        #expect(self.ports.state.deliveries[0].state == .cancelled)
        #expect(self.ports.state.deliveries[0].reply?.contains("Another activation link") == true)
        #expect(self.transport.sent.isEmpty)
        #expect(self.ports.state.replacedUntil == [nil])
    }

    @Test func `A mail that is sent again replaces the links from before somebody asked for it`() async throws {
        self.ports.change { state in
            state.open = [[1, 2, 3]]
            state.deliveries[0].resendOf = .random()
        }
        _ = try await self.attempt()
        #expect(self.ports.state.deliveries[0].state == .sent)
        #expect(
            self.ports.state.replacedUntil == [Examples.now.addingTimeInterval(TenantService.activationLifetime)])
    }

    @Test func `A mail for a tenant that is gone is cancelled`() async throws {
        self.ports.change { $0.tenants = [] }
        #expect(try await self.attempt().evidence["outcome"] == "notNeeded")
        #expect(self.ports.state.deliveries[0].state == .cancelled)
        #expect(self.transport.sent.isEmpty)
    }

    private func rename(to name: String) {
        self.ports.change { state in
            let old = state.deliveries[0]
            state.deliveries[0] = Delivery(
                id: old.id, tenant: old.tenant, kind: old.kind, recipient: old.recipient, recipientName: name,
                messageID: old.messageID, state: old.state, attempts: 0, uncertain: 0, replyCode: nil, reply: nil,
                linkExpiresAt: nil, linkUsedAt: nil, resendOf: nil, createdAt: old.createdAt,
                updatedAt: old.updatedAt, sentAt: nil)
        }
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
