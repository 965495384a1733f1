import Foundation
import LocalServers
import Postgres
import TestSupport
import Testing

/// Welcome mails through a server that refuses, hangs up, or says nothing.
@Suite struct MailFaultTests {
    private struct Fault {
        let subdomain: String
        let behaviour: SMTPBehaviour
        /// What `GET /api/admin/deliveries` says in the end.
        let state: String
        let replyCode: Int?
        /// How often the mail arrives.
        let arrivals: Int
    }

    private struct Deliveries: Decodable {
        struct Delivery: Decodable {
            let recipient: String
            let state: String
            let attempts: Int
            let messageId: String
            let reply: Reply?
        }

        struct Reply: Decodable {
            let code: Int?
        }

        let data: [Delivery]
    }

    private static let faults = [
        Fault(
            subdomain: "busy", behaviour: .reply(451, "4.3.0 try again later", at: .recipient, times: 2), state: "sent",
            replyCode: 250, arrivals: 1),
        Fault(
            subdomain: "closing", behaviour: .reply(421, "4.3.2 going down", at: .content, times: 2), state: "sent",
            replyCode: 250, arrivals: 1),
        Fault(
            subdomain: "unknown", behaviour: .reply(550, "5.1.1 no such user", at: .recipient), state: "bounced",
            replyCode: 550, arrivals: 0),
        Fault(
            subdomain: "refused", behaviour: .reply(554, "5.7.1 not wanted", at: .content), state: "bounced",
            replyCode: 554, arrivals: 0),
        // Nobody can tell these two from one another, so both are tried once more.
        Fault(
            subdomain: "swallowed", behaviour: .drop(at: .content, delivered: true, times: 1), state: "sent",
            replyCode: 250, arrivals: 2),
        Fault(
            subdomain: "dropped", behaviour: .drop(at: .content, delivered: false, times: 1), state: "sent",
            replyCode: 250, arrivals: 1),
        Fault(
            subdomain: "silent", behaviour: .hang(at: .recipient, times: 1), state: "sent", replyCode: 250, arrivals: 1),
    ]

    @Test(.timeLimit(.minutes(4))) func noMailHoldsATenantUp() async throws {
        try await SMTPServer.withServer { mail in
            for fault in Self.faults { try mail.setBehaviour(fault.behaviour, for: fault.subdomain) }
            var settings = Deployment.roomForAll.merging(mail.settings) { $1 }
            settings["MAIL_SMTP_TIMEOUT_SECONDS"] = "2"
            try await Deployment.use(settings) { deployment in
                let server = try await deployment.serve()
                let caller = try await deployment.signIn(server)
                for fault in Self.faults {
                    let answer = try await caller.begin(fault.subdomain, headers: ["Prefer": "wait=30"])
                    #expect(answer.status == 201, "\(answer.testDescription)")
                }
                try await deployment.asSuperuser { client in
                    try await client.waitForWork()
                    let findings = try await client.findings()
                    for fault in Self.faults {
                        #expect(findings[fault.subdomain] == .active.mails(fault.state), "\(fault.subdomain)")
                    }
                }
                let answer = try await caller.send("/api/admin/deliveries?limit=100")
                let deliveries = try answer.decoded(Deliveries.self).data
                #expect(deliveries.count == Self.faults.count)
                for fault in Self.faults { try Self.expect(fault, deliveries, try mail.messages()) }
                #expect(try await server.terminate() == .exited(0))
            }
        }
    }

    private static func expect(
        _ fault: Fault, _ deliveries: [Deliveries.Delivery], _ messages: [SMTPServer.Message]
    ) throws {
        let recipient = "\(fault.subdomain)@mail.example"
        let delivery = try #require(deliveries.first { $0.recipient == recipient })
        #expect(delivery.state == fault.state, "\(fault.subdomain)")
        #expect(delivery.reply?.code == fault.replyCode, "\(fault.subdomain)")
        let mine = messages.filter { $0.recipients == [recipient] }
        #expect(mine.count == fault.arrivals, "\(fault.subdomain)")
        #expect(mine.allSatisfy { $0.messageID == delivery.messageId }, "\(fault.subdomain)")
        #expect(mine.allSatisfy { $0.text?.contains("://\(fault.subdomain).\(Deployment.domain)") == true })
        if fault.state == "bounced" { #expect(delivery.attempts == 1, "\(fault.subdomain)") }
    }
}
