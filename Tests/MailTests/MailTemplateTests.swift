import Foundation
import Mail
import Testing

@Suite struct MailTemplateTests {
    private static let values = [
        "companyName": "Smith & Söhne <GmbH>", "subdomain": "smith", "url": "https://smith.example.com",
        "adminName": "Ada \"Countess\" Lovelace", "adminEmail": "ada@smith.example",
        "activationURL": "https://smith.example.com/activate?a=1&token=" + String(repeating: "x", count: 80),
        "expiresIn": "24 hours", "productName": "Bulkhead",
    ]

    @Test func `the welcome mail says whose it is, how to sign in and until when`() throws {
        let content = try MailTemplate(named: "welcome").render(Self.values)
        #expect(content.subject == "Welcome to Bulkhead: activate your account for Smith & Söhne <GmbH>")
        for value in Self.values.values { #expect(content.text.contains(value), "\(value)") }
        let words = content.text.split { $0 == " " || $0 == "\n" }.joined(separator: " ")
        #expect(words.contains("The link works once, within 24 hours of this mail."))
        #expect(words.contains("sign in at https://smith.example.com with ada@smith.example and that password"))
        #expect(words.contains("If the link has expired or was used already, ask the operator of Bulkhead"))
        #expect(words.contains("If you did not expect this mail"))
        #expect(content.text.contains("\n-- \nBulkhead\n"))
        let long = content.text.components(separatedBy: "\n").filter { $0.count > 76 }
        #expect(long == [Self.values["activationURL"]])
    }

    @Test func `in HTML every value is escaped, and the link is there twice`() throws {
        let html = try MailTemplate(named: "welcome").render(Self.values).html
        #expect(html.contains("Smith &amp; Söhne &lt;GmbH&gt;"))
        #expect(!html.contains("<GmbH>"))
        #expect(html.contains("Ada &quot;Countess&quot; Lovelace"))
        let link = try #require(Self.values["activationURL"]).replacingOccurrences(of: "&", with: "&amp;")
        #expect(html.components(separatedBy: "href=\"\(link)\"").count == 3)
        #expect(html.contains(">\(link)</a>"))
        for forbidden in ["<script", "<img", "url(", "<link", "@import", "{{"] { #expect(!html.contains(forbidden)) }
        #expect(html.contains("width=\"600\""))
        #expect(html.contains("prefers-color-scheme: dark"))
    }

    @Test func `a mark on a quotation mark does not hide it`() throws {
        let template = try MailTemplate(
            name: "t", subject: "{{x}}", text: "{{x}}", html: "<a href=\"{{x}}\" title='{{{x}}}'>{{&x}}</a>")
        let html = try template.render(["x": "\"\u{301}><'\u{301}&"]).html
        let safe = "&quot;\u{301}&gt;&lt;&#39;\u{301}&amp;"
        #expect(html.unicodeScalars.elementsEqual("<a href=\"\(safe)\" title='\(safe)'>\(safe)</a>".unicodeScalars))
    }

    @Test(arguments: Self.values.keys) func `a missing or empty value is an error`(key: String) throws {
        let template = try MailTemplate(named: "welcome")
        for value in [nil, ""] {
            var values = Self.values
            values[key] = value
            let error = #expect(throws: MailError.self) { try template.render(values) }
            #expect(error?.code == .missingValue)
            #expect(error?.message.contains("'\(key)'") == true)
        }
    }

    @Test(arguments: ["a\r\nBcc: x@y.z", "a\nb", "a\u{0}", "a\u{2028}b"])
    func `a value is one line`(value: String) throws {
        var values = Self.values
        values["companyName"] = value
        let error = #expect(throws: MailError.self) { try MailTemplate(named: "welcome").render(values) }
        #expect(error?.code == .invalidValue)
    }

    @Test func `values are text, not templates`() throws {
        let template = try MailTemplate(name: "t", subject: "s", text: "{{x}} {{{x}}}", html: "{{x}}")
        let content = try template.render(["x": "{{y}} {{#z}}"])
        #expect(content.text == "{{y}} {{#z}} {{y}} {{#z}}")
        #expect(content.html == "{{y}} {{#z}}")
    }

    @Test func `what cannot be loaded says so`() {
        for name in ["nothing", "../Templates/welcome", "", "WELCOME"] {
            let error = #expect(throws: MailError.self) { try MailTemplate(named: name) }
            #expect(error?.code == .unknownTemplate)
        }
        let error = #expect(throws: MailError.self) {
            try MailTemplate(name: "t", subject: "{{#x}}", text: "", html: "")
        }
        #expect(error?.code == .brokenTemplate)
        #expect(error.map { String(reflecting: $0).contains("caused by") } == true)
    }

    @Test func `a subject must not be empty or have two lines`() throws {
        for subject in ["  \n", "a\nb"] {
            let template = try MailTemplate(name: "t", subject: subject, text: "", html: "")
            let error = #expect(throws: MailError.self) { try template.render([:]) }
            #expect(error?.code == .invalidSubject)
        }
    }

    @Test func `paragraphs are wrapped with their indent, and words stay whole`() throws {
        let word = String(repeating: "w", count: 90)
        let text = "  " + String(repeating: "four ", count: 40) + "\n\n\(word) end\n"
        let lines = try MailTemplate(name: "t", subject: "s", text: text, html: "").render([:]).text
            .components(separatedBy: "\n")
        #expect(lines[0] == "  " + Array(repeating: "four", count: 15).joined(separator: " "))
        #expect(lines.prefix(3).allSatisfy { $0.hasPrefix("  four") && $0.count <= 76 })
        #expect(lines.suffix(4) == ["", word, "end", ""])
    }
}
