import Foundation
import Testing

@testable import Mail

@Suite struct RenderedMessageTests {
    @Test func `the head says who, when, what, and that no person wrote it`() throws {
        let message = try Sample.message(
            to: MailAddress(name: "Ada Lovelace", address: "ada@example.org"),
            replyTo: MailAddress(address: "help@example.com"))
        #expect(Sample.header("Date", of: message) == "Tue, 14 Nov 2023 22:13:20 +0000")
        #expect(Sample.header("From", of: message) == "Bulkhead <no-reply@example.com>")
        #expect(Sample.header("To", of: message) == "Ada Lovelace <ada@example.org>")
        #expect(Sample.header("Reply-To", of: message) == "help@example.com")
        #expect(Sample.header("Subject", of: message) == "Hello")
        #expect(Sample.header("Message-ID", of: message) == message.id.description)
        #expect(Sample.header("Auto-Submitted", of: message) == "auto-generated")
        #expect(Sample.header("MIME-Version", of: message) == "1.0")
        #expect(
            Sample.header("Content-Type", of: message)
                == "multipart/alternative; boundary=\"=_6f9619ff8b864011b42d00c04fc964ff\"")
    }

    @Test func `the body is the text and then the HTML, between boundaries`() throws {
        let lines = Sample.lines(try Sample.message(text: "Grüße\n", html: "<p>=</p>"))
        let body = lines.drop { !$0.isEmpty }
        #expect(
            Array(body) == [
                "", "--=_6f9619ff8b864011b42d00c04fc964ff", "Content-Type: text/plain; charset=utf-8",
                "Content-Transfer-Encoding: quoted-printable", "", "Gr=C3=BC=C3=9Fe", "",
                "--=_6f9619ff8b864011b42d00c04fc964ff", "Content-Type: text/html; charset=utf-8",
                "Content-Transfer-Encoding: quoted-printable", "", "<p>=3D</p>", "",
                "--=_6f9619ff8b864011b42d00c04fc964ff--", "",
            ])
    }

    @Test func `the same message gives the same bytes, and no line is long, bare or not ASCII`() throws {
        let text = (0..<40).map { String(repeating: "Ünïcödé \($0) ", count: $0) + "=.\t" }.joined(separator: "\r\n")
        let message = try Sample.message(
            to: MailAddress(name: String(repeating: "Łódź ", count: 30), address: "ada@example.org"),
            subject: String(repeating: "Willkommen zurück 🎉 ", count: 20), text: text, html: text)
        let bytes = message.rendered()
        #expect(bytes == message.rendered())
        #expect(bytes.allSatisfy { $0 == 0x0D || $0 == 0x0A || $0 == 0x09 || (0x20...0x7E).contains($0) })
        let lines = Sample.lines(message)
        #expect(lines.allSatisfy { $0.utf8.count <= 76 })
        // What is left after cutting at CR LF has neither.
        #expect(!lines.contains { $0.utf8.contains(0x0D) || $0.utf8.contains(0x0A) })
        #expect(!lines.contains { $0.hasSuffix(" ") || $0.hasSuffix("\t") })
    }

    @Test func `a subject that is too long is cut, and its lines are not`() throws {
        let subject = String(repeating: "😀", count: 200)
        let message = try Sample.message(subject: "Welcome: " + subject + subject)
        #expect(message.subject == "Welcome: " + String(repeating: "😀", count: 197) + "…")
        #expect(Sample.lines(message).allSatisfy { $0.utf8.count <= 76 })
    }

    @Test(arguments: ["", " ", "a\r\nBcc: x@y.z", "a\nb", "a\rb", "a\u{0}", "a\u{2029}b"])
    func `a subject is one line`(subject: String) {
        let error = #expect(throws: MailError.self) { try Sample.message(subject: subject) }
        #expect(error?.code == .invalidSubject)
    }

    @Test func `names that are no atoms are quoted, others encoded`() throws {
        func to(_ name: String) throws -> String? {
            Sample.header("To", of: try Sample.message(to: MailAddress(name: name, address: "a@b.example")))
        }
        #expect(try to("Lovelace, Ada") == "\"Lovelace, Ada\" <a@b.example>")
        #expect(try to("The \"A\" \\ B") == "\"The \\\"A\\\" \\\\ B\" <a@b.example>")
        #expect(try to("x <y@z.example>") == "\"x <y@z.example>\" <a@b.example>")
        #expect(try to("Zoë") == "=?utf-8?B?Wm/Dqw==?= <a@b.example>")
        // It would be decoded by whoever reads it.
        #expect(try to("=?utf-8?Q?x?=") == "=?utf-8?B?PT91dGYtOD9RP3g/PQ==?= <a@b.example>")
    }

    @Test func `a long subject is folded at its spaces, an unusual one encoded`() throws {
        let plain = String(repeating: "eleven char ", count: 20) + "end"
        let message = try Sample.message(subject: plain)
        #expect(Sample.header("Subject", of: message) == plain)
        #expect(Sample.lines(message).allSatisfy { $0.utf8.count <= 76 })
        for subject in ["two  spaces", " first", "last ", String(repeating: "x", count: 100), "ünï"] {
            let header = try #require(Sample.header("Subject", of: try Sample.message(subject: subject)))
            let words = header.components(separatedBy: " ")
            #expect(words.allSatisfy { $0.hasPrefix("=?utf-8?B?") && $0.hasSuffix("?=") })
            let decoded = words.compactMap { Data(base64Encoded: String($0.dropFirst(10).dropLast(2))) }
            #expect(decoded.allSatisfy { String(data: $0, encoding: .utf8) != nil })
            #expect(String(data: Data(decoded.joined()), encoding: .utf8) == subject)
        }
    }

    @Test func `dates are written in UTC`() {
        #expect(MailDate.text(Date(timeIntervalSince1970: 0)) == "Thu, 01 Jan 1970 00:00:00 +0000")
        #expect(MailDate.text(Date(timeIntervalSince1970: 951_782_399)) == "Mon, 28 Feb 2000 23:59:59 +0000")
        #expect(MailDate.text(Date(timeIntervalSince1970: -1.5)) == "Wed, 31 Dec 1969 23:59:58 +0000")
    }
}

@Suite struct QuotedPrintableTests {
    @Test(arguments: [
        ("", "\r\n"), ("a", "a\r\n"), ("a\n", "a\r\n"), ("a\r\n", "a\r\n"), ("a\rb\n\nc", "a\r\nb\r\n\r\nc\r\n"),
        ("a \n\tb\t", "a=20\r\n\tb=09\r\n"), ("=", "=3D\r\n"), (".", "=2E\r\n"), ("a\n..\n", "a\r\n=2E.\r\n"),
        ("From me", "=46rom me\r\n"), ("Fromage", "Fromage\r\n"), ("é\u{0}", "=C3=A9=00\r\n"),
    ])
    func `text becomes lines of ASCII`(text: String, expected: String) {
        #expect(QuotedPrintable.encode(text) == Array(expected.utf8))
    }

    @Test(arguments: 70..<82) func `long lines are cut, and never within a byte`(count: Int) {
        for filler in ["x", "é", ".", " "] {
            let text = String(repeating: filler, count: count) + "é."
            let lines = String(decoding: QuotedPrintable.encode(text), as: UTF8.self).components(separatedBy: "\r\n")
                .dropLast()
            #expect(lines.allSatisfy { $0.utf8.count <= 76 && !$0.hasPrefix(".") })
            #expect(lines.dropLast().allSatisfy { $0.hasSuffix("=") })
            #expect(decoded(lines) == text)
        }
    }

    private func decoded(_ lines: some Sequence<String>) -> String? {
        let joined = lines.map { $0.hasSuffix("=") ? String($0.dropLast()) : $0 }.joined()
        return joined.replacingOccurrences(of: "=", with: "%").removingPercentEncoding
    }
}
