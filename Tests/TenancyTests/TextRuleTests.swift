import Tenancy
import Testing

@Suite("Texts")
struct TextRuleTests {
    @Test(arguments: [
        "Acme", "Müller & Söhne GmbH", "株式会社", "شركة", "O'Neill", "👩‍🚀 Space", "a\u{0301}", "नमस्\u{200D}ते",
        "x", String(repeating: "n", count: 200),
    ])
    func `Names in any script are taken`(_ text: String) {
        #expect(TextRule.name.problem(in: text) == nil)
    }

    @Test(arguments: [
        "", " ", "\u{00A0}", "\u{3000}\u{2003}", "\u{3164}", "\u{FE0F}", "\u{200D}",
    ])
    func `What looks empty is empty`(_ text: String) {
        #expect(TextRule.name.problem(in: text) == "must not be empty")
    }

    @Test(arguments: [
        "Acme\r\nBcc: x@evil", "a\nb", "a\tb", "a\0b", "a\u{7F}b", "a\u{85}b", "a\u{1B}[31mb", "a\u{202E}b",
        "a\u{2066}b", "a\u{200B}b", "a\u{FEFF}b", "a\u{2028}b", "a\u{2029}b", "a\u{E000}b", "a\u{FFFE}b",
        "a\u{AD}b", "a\u{E0041}b",
    ])
    func `Control, reordering and invisible characters are refused`(_ text: String) {
        #expect(TextRule.name.problem(in: text) == "must not contain control characters")
    }

    @Test func `Length is counted in scalars`() {
        #expect(TextRule.name.problem(in: String(repeating: "ü", count: 200)) == nil)
        #expect(TextRule.name.problem(in: String(repeating: "ü", count: 201)) == "must have at most 200 characters")
        #expect(TextRule.name.problem(in: String(repeating: "👍", count: 201)) == "must have at most 200 characters")
        #expect(TextRule(length: 3...5).problem(in: "ab") == "must have at least 3 characters")
    }

    @Test func `A text of several lines may have line breaks and tabs, and nothing else of the kind`() {
        let rule = TextRule(length: 0...20, allowsLineBreaks: true)
        #expect(rule.problem(in: "") == nil)
        #expect(rule.problem(in: "one\r\n\ttwo\nthree") == nil)
        #expect(rule.problem(in: "a\u{0B}b") == "must not contain control characters")
        #expect(rule.problem(in: "a\u{2028}b") == "must not contain control characters")
    }
}
