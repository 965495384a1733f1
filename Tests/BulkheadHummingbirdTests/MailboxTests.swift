import BulkheadHummingbird
import Foundation
import HTTPTypes
import Mail
import Tenancy
import Testing

@testable import AdminAPI

@Suite("The mailbox of development")
struct MailboxTests {
    private static let link = "https://acme.example.com/activate#token=abc_-1"
    /// Those of a mail's HTML: links open, in windows of their own, and nothing else.
    private static let rights = "allow-popups allow-popups-to-escape-sandbox"
    private static let hostile = #"<script>alert("1")</script> & 'x'"#

    /// A server with a mailbox in a folder of its own.
    private func withMailbox(_ body: (TestServer, Mailbox) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "mailbox-\(UUID().uuidString)")
        let mailbox = Mailbox(folder: folder)
        let server = try await TestServer(mailbox: mailbox)
        _ = try mailbox.store(Self.message("First", number: 1))
        try await body(server, mailbox)
        try FileManager.default.removeItem(at: folder)
    }

    private static func message(
        _ subject: String, number: Int, name: String? = nil,
        html: String = "<p>Hello</p><script>alert(1)</script>"
    ) throws -> MailMessage {
        try MailMessage(
            id: MessageID(uuid: UUID(), domain: "example.com"), date: MemoryCatalog.instant,
            from: MailAddress(address: "bulkhead@example.com"),
            to: MailAddress(name: name, address: "ann\(number)@acme.test"),
            content: MailContent(
                subject: subject, text: "Welcome \(Self.hostile)\nOpen \(Self.link).\njavascript:alert(1)\n", html: html
            ))
    }

    private func get(
        _ server: TestServer, _ path: String, host: String = "admin.example.com", peer: String? = "127.0.0.1",
        headers: [(String, String)] = [], method: HTTPRequest.Method = .get
    ) async throws -> Answer {
        try await server.send(method, path, host: host, headers: headers, peer: peer)
    }

    @Test("is a page with all mails, newest first, that loads itself anew")
    func list() async throws {
        try await self.withMailbox { server, mailbox in
            let id = try mailbox.store(Self.message(Self.hostile, number: 2, name: #"A "<b>""#))
            let page = try await self.get(server, "/mailbox")
            #expect(page.status == 200)
            #expect(page["content-type"] == "text/html; charset=utf-8")
            #expect(page["cache-control"] == "no-store" && page["x-content-type-options"] == "nosniff")
            #expect(page.text.contains(#"<html lang="en">"#) && page.text.contains("<h1>Mailbox</h1>"))
            #expect(page.text.contains(#"<meta http-equiv="refresh" content="5">"#))
            #expect(page.text.contains(#"<th scope="col">Subject</th>"#))
            #expect(page.text.contains(#"<a href="/mailbox/\#(id)">&lt;script&gt;alert(&quot;1&quot;)"#))
            let positions = ["ann2<wbr>@acme.test", "ann1<wbr>@acme.test"].map {
                page.text.firstRange(of: $0)?.lowerBound
            }
            #expect(try #require(positions[0]) < #require(positions[1]))
            #expect(!page.text.contains("<script") && !page.text.contains("<b>"))
            let paused = try await self.get(server, "/mailbox?refresh=off")
            #expect(paused.status == 200 && !paused.text.contains("http-equiv"))
        }
    }

    @Test("a link in the mail's HTML opens a window: in the frame it would find a page that may not be there")
    func links() async throws {
        try await self.withMailbox { server, mailbox in
            let html = #"<!DOCTYPE html><html><head><title>x</title></head><body><a href="\#(Self.link)">y</a></body>"#
            let id = try mailbox.store(Self.message("Linked", number: 2, html: html))
            let shown = try await self.get(server, "/mailbox/\(id)/html")
            #expect(shown.text == html.replacing("<head>", with: #"<head><base target="_blank">"#))
            let source = try await self.get(server, "/mailbox/\(id)/source")
            #expect(!source.text.contains("_blank"))
        }
    }

    @Test("its own pages permit their own style and a frame, and nothing else", arguments: ["", "/id"])
    func policy(path: String) async throws {
        try await self.withMailbox { server, mailbox in
            let id = try #require(try mailbox.list().first).id
            let page = try await self.get(server, "/mailbox" + path.replacing("id", with: id))
            let policy = try #require(page["content-security-policy"])
            #expect(policy.hasPrefix("default-src 'none'; style-src 'nonce-"))
            #expect(!policy.contains("unsafe") && policy.contains("frame-ancestors 'none'"))
            let nonce = try #require(policy.split(separator: "'").first { $0.hasPrefix("nonce-") }).dropFirst(6)
            #expect(page.text.contains(#"<style nonce="\#(nonce)">"#))
        }
    }

    @Test("shows a mail: head, text with its link, and its HTML in a frame with hardly any rights")
    func message() async throws {
        try await self.withMailbox { server, mailbox in
            let id = try mailbox.store(Self.message(Self.hostile, number: 2))
            let page = try await self.get(server, "/mailbox/\(id)")
            #expect(page.status == 200)
            #expect(page.text.contains("<h1>&lt;script&gt;"))
            #expect(page.text.contains(#"<th scope="row">Message-ID</th>"#))
            #expect(page.text.contains(#"<a href="\#(Self.link)" rel="noreferrer">\#(Self.link)</a>."#))
            #expect(page.text.contains(#"<iframe src="/mailbox/\#(id)/html" sandbox="\#(Self.rights)" title="#))
            #expect(!page.text.contains("<script") && !page.text.contains(#"href="javascript"#))
            #expect(!page.text.contains("http-equiv"))
            let html = try await self.get(server, "/mailbox/\(id)/html")
            #expect(html.text == "<p>Hello</p><script>alert(1)</script>")
            #expect(
                html["content-security-policy"]
                    == "sandbox \(Self.rights); default-src 'none'; style-src 'unsafe-inline'; img-src data:")
            let source = try await self.get(server, "/mailbox/\(id)/source")
            #expect(source["content-type"] == "text/plain; charset=utf-8")
            #expect(source.text.contains("To: ann2@acme.test\r\n"))
        }
    }

    @Test("is there for scripts too")
    func scripts() async throws {
        try await self.withMailbox { server, mailbox in
            let id = try mailbox.store(Self.message("Second", number: 2))
            let list = try await self.get(server, "/mailbox/messages")
            #expect(try list.data.map { $0["subject"] as? String } == ["Second", "First"])
            #expect(try list.data[0]["id"] as? String == id)
            #expect(try list.data[0]["to"] as? String == "ann2@acme.test")
            let message = try await self.get(server, "/mailbox/messages/\(id)")
            #expect(try message.string("text")?.contains(Self.link) == true)
            #expect(try message.string("html")?.hasPrefix("<p>") == true)
            #expect(try message.string("messageId")?.hasSuffix("@example.com>") == true)
            let headers = try #require(try message.json["headers"] as? [[String: String]])
            #expect(headers.contains(["name": "Subject", "value": "Second"]))
        }
    }

    @Test(
        "a mail that is not there is 404",
        arguments: [
            "x", "..", "%2e%2e%2fetc%2fpasswd", "00000000000000000000-00000000", "00000000000000000000-00000000%00",
        ])
    func unknown(id: String) async throws {
        try await self.withMailbox { server, _ in
            for path in ["/mailbox/\(id)", "/mailbox/\(id)/html", "/mailbox/\(id)/source", "/mailbox/messages/\(id)"] {
                try await self.get(server, path).expectProblem(404, "message-not-found")
            }
        }
    }

    @Test("exists for this machine only, on the admin host only, and only where there is one")
    func hidden() async throws {
        try await self.withMailbox { server, mailbox in
            let id = try #require(try mailbox.list().first).id
            let paths = [
                "/mailbox", "/mailbox/messages", "/mailbox/messages/\(id)", "/mailbox/\(id)", "/mailbox/\(id)/html",
                "/mailbox/\(id)/source",
            ]
            for path in paths {
                for peer in ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"] {
                    #expect(try await self.get(server, path, peer: peer).status == 200, "\(path) \(peer)")
                }
                for peer in ["192.0.2.1", "10.0.0.1", "128.0.0.1", "::2", "::ffff:192.0.2.1", nil] {
                    try await self.get(server, path, peer: peer).expectProblem(404, "not-found")
                }
                // A proxy on this machine, which passes on what comes from elsewhere.
                for name in ["Forwarded", "X-Forwarded-For", "X-Forwarded-Proto", "X-Real-IP", "Via"] {
                    try await self.get(server, path, headers: [(name, "127.0.0.1")]).expectProblem(404, "not-found")
                }
                try await self.get(server, path, host: "acme.example.com").expectProblem(404, "not-found")
                // A name that an attacker's DNS points here.
                try await self.get(server, path, host: "evil.test").expectProblem(404, "tenant-not-found")
                let none = try await TestServer()
                try await self.get(none, path).expectProblem(404, "not-found")
            }
            try await self.get(server, "/mailbox", method: .delete).expectProblem(405, "method-not-allowed")
        }
    }

    @Test(
        "only web addresses become links, as far as they go",
        arguments: [
            ("see https://a.test/x?y=1&z=2.", #"see <a href="https://a.test/x?y=1&amp;z=2" rel="noreferrer">"#),
            ("(http://a.test)", #"(<a href="http://a.test" rel="noreferrer">http://a.test</a>)"#),
            (
                #"https://a.test/"onclick="x"#,
                #"<a href="https://a.test/" rel="noreferrer">https://a.test/</a>&quot;onc"#
            ),
            ("https://a.test/<b>", #"</a>&lt;b&gt;"#), ("javascript:alert(1)", "javascript:alert(1)"),
            ("data:text/html,x", "data:text/html,x"), ("a\n  b", "a\n  b"),
            ("\"\u{301}<\u{301}", "&quot;\u{301}&lt;\u{301}"),
        ])
    func links(text: String, html: String) {
        #expect(LinkedText.html(text).contains(html))
        #expect(!LinkedText.html(text).contains("<b>"))
    }
}
