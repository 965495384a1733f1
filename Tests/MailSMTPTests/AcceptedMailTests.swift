import Foundation
import Mail
import MailSMTP
import TestSupport
import Testing

@Suite struct AcceptedMailTests {
    @Test func `a mail arrives, and the receipt has the server's words`() async throws {
        try await SMTPServer.withServer { server in
            let message = try Sample.message()
            let receipt = try await Sample.transport(to: server).send(message)
            #expect(receipt.replyCode == 250)
            #expect(receipt.reply.hasPrefix("250 2.0.0 queued as "))
            let arrived = try #require(try server.messages().first)
            #expect(try server.messages().count == 1)
            #expect(arrived.sender == "no-reply@example.com")
            #expect(arrived.recipients == ["ada@example.org"])
            #expect(arrived.user == nil && !arrived.isEncrypted)
            #expect(arrived.messageID == message.id.description)
            #expect(Array(arrived.raw) == message.rendered())
        }
    }

    @Test func `another program reads what we wrote`() async throws {
        try await SMTPServer.withServer { server in
            let text =
                "Grüße, Zoë! 🎉\n\n.\n..two\n.three\nFrom here\n= trailing \n" + String(repeating: "lang ", count: 400)
            let html = "<p>" + String(repeating: "Ünïcödé<br>", count: 300) + "</p>\n.\n"
            let subject = "Willkommen zurück bei Łódź 🎉, " + String(repeating: "und noch mehr ", count: 12) + "Ende"
            let name = "Zoë \"Größe\" Łukasiewicz, Dr., " + String(repeating: "von und zu ", count: 6) + "X"
            let message = try Sample.message(name: name, subject: subject, text: text, html: html)
            _ = try await Sample.transport(to: server).send(message)
            let arrived = try #require(try server.messages().first)
            #expect(arrived.defects == [])
            #expect(arrived.headers["Subject"] == subject)
            #expect(arrived.text == text + "\n")
            #expect(arrived.html == html)
            let to = try #require(arrived.headers["To"])
            #expect(to.contains("Łukasiewicz") && to.hasSuffix(" <ada@example.org>"))
            #expect(arrived.headers["From"] == "Bulkhead <no-reply@example.com>")
            #expect(arrived.headers["Date"] == "Tue, 14 Nov 2023 22:13:20 +0000")
            #expect(arrived.headers["Auto-Submitted"] == "auto-generated")
            let lines = arrived.raw.split(separator: 0x0A, omittingEmptySubsequences: false)
            #expect(lines.dropLast().allSatisfy { $0.last == 0x0D && $0.count <= 77 })
        }
    }

    @Test func `the welcome mail arrives whole`() async throws {
        try await SMTPServer.withServer { server in
            let content = try MailTemplate(named: "welcome").render([
                "companyName": "Smith & Söhne", "subdomain": "smith", "url": "https://smith.example.com",
                "adminName": "Ada", "adminEmail": "ada@example.org", "expiresIn": "24 hours",
                "activationURL": "https://smith.example.com/activate#" + String(repeating: "t", count: 90),
                "productName": "Bulkhead",
            ])
            let message = try Sample.message(subject: content.subject, text: content.text, html: content.html)
            _ = try await Sample.transport(to: server).send(message)
            let arrived = try #require(try server.messages().first)
            #expect(arrived.text == content.text)
            #expect(arrived.html == content.html)
            #expect(arrived.defects == [])
        }
    }

    @Test func `the welcome mail arrives, however long the names are`() async throws {
        try await SMTPServer.withServer { server in
            let name = String(repeating: "😀", count: 200)
            let content = try MailTemplate(named: "welcome").render([
                "companyName": name, "subdomain": "smith", "url": "https://smith.example.com", "adminName": name,
                "adminEmail": "ada@example.org", "expiresIn": "24 hours",
                "activationURL": "https://smith.example.com/activate#token=t", "productName": name,
            ])
            let message = try Sample.message(
                name: name, subject: content.subject, text: content.text, html: content.html)
            _ = try await Sample.transport(to: server).send(message)
            let arrived = try #require(try server.messages().first)
            #expect(arrived.defects == [])
            // Python leaves in the spaces between encoded words of a name, which RFC 2047 (section 6.2) drops.
            let to = try #require(arrived.headers["To"]).replacing(" ", with: "")
            #expect(to == "\(String(repeating: "😀", count: 63))…<ada@example.org>")
            #expect(arrived.headers["Subject"] == "Welcome to \(String(repeating: "😀", count: 196))…")
            #expect(arrived.text?.contains("\(name),\n") == true)
            let lines = arrived.raw.split(separator: 0x0A, omittingEmptySubsequences: false)
            #expect(lines.allSatisfy { $0.count <= 77 })
        }
    }

    @Test func `twenty at a time all arrive once`() async throws {
        try await SMTPServer.withServer { server in
            let transport = try Sample.transport(to: server)
            try await withThrowingTaskGroup(of: Int?.self) { group in
                for number in 0..<20 {
                    group.addTask { try await transport.send(Sample.message(to: "user\(number)")).replyCode }
                }
                for try await code in group { #expect(code == 250) }
            }
            let recipients = try server.messages().flatMap(\.recipients)
            #expect(recipients.count == 20)
            #expect(Set(recipients) == Set((0..<20).map { "user\($0)@example.org" }))
        }
    }

    @Test func `a big mail arrives whole`() async throws {
        try await SMTPServer.withServer { server in
            let text = String(repeating: String(repeating: "x.", count: 30) + "\n", count: 2_000)
            _ = try await Sample.transport(to: server).send(Sample.message(text: text))
            #expect(try server.messages().first?.text == text)
        }
    }
}
