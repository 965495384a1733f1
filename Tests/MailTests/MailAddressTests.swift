import Foundation
import Mail
import Testing

@Suite struct MailAddressTests {
    @Test(arguments: ["a@b.example", "A.b+c@mail.example.com", "no-reply@localhost", "x!#$%&'*+-/=?^_`{|}~@b.c"])
    func `an address of the usual kind is taken as it is`(text: String) throws {
        #expect(try MailAddress(address: text).address == text)
    }

    @Test(arguments: [
        "", "a", "@b.c", "a@", "a@b@c.d", "a b@c.d", ".a@b.c", "a.@b.c", "a..b@c.d", "a@.b", "a@b.", "a@b..c",
        "a@-b.c", "a@b-.c", "a@b_c.d", "\"a b\"@c.d", "a@[127.0.0.1]", "ä@b.c", "a@ä.example", "<a@b.c>",
        "a@b.c\r\nRCPT TO:<x@y.z>", "a@b.c\n", "a@b.c\r", "a\u{0}@b.c", "a@b.c>", "a@b.c,d@e.f", " a@b.c",
        String(repeating: "a", count: 65) + "@b.c", "a@" + String(repeating: "b", count: 64) + ".c",
        "a@" + Array(repeating: "abcdefghi", count: 26).joined(separator: "."),
    ])
    func `anything else is refused`(text: String) {
        #expect(throws: MailError.self) { try MailAddress(address: text) }
    }

    @Test(arguments: ["Ada\r\nBcc: x@y.z", "Ada\n", "\rAda", "A\u{0}", "A\u{85}", "A\u{2028}B", "A\tB"])
    func `a name cannot begin another header`(name: String) {
        let error = #expect(throws: MailError.self) { try MailAddress(name: name, address: "a@b.c") }
        #expect(error?.code == .invalidName)
        #expect(error?.description.contains("Ada") == false)
    }

    @Test func `a name has a limit, and a blank one is none`() throws {
        #expect(try MailAddress(name: String(repeating: "é", count: 128), address: "a@b.c").name?.count == 128)
        let long = try #require(try MailAddress(name: String(repeating: "é", count: 129), address: "a@b.c").name)
        #expect(long == String(repeating: "é", count: 126) + "…")
        #expect(try MailAddress(name: "  ", address: "a@b.c").name == nil)
        #expect(try MailAddress(name: " Ada ", address: "a@b.c").name == "Ada")
    }

    @Test(arguments: [
        (String(repeating: "王", count: 100), String(repeating: "王", count: 84) + "…"),
        (String(repeating: "😀", count: 200), String(repeating: "😀", count: 63) + "…"),
        // Six scalars, 20 bytes, one character: all of them or none.
        (String(repeating: "👩‍❤️‍👩 ", count: 40), Array(repeating: "👩‍❤️‍👩", count: 12).joined(separator: " ") + "…"),
    ])
    func `a name is cut between characters`(name: String, kept: String) throws {
        let cut = try #require(try MailAddress(name: name, address: "a@b.c").name)
        #expect(cut == kept)
        #expect(cut.utf8.count <= 256)
    }

    @Test func `one character that has no end is cut all the same`() throws {
        let cut = try #require(
            try MailAddress(name: "e" + String(repeating: "\u{301}", count: 199), address: "a@b.c").name)
        #expect(cut.unicodeScalars.count == 1 + 126 + 1)
        #expect(cut.utf8.count <= 256 && cut.hasSuffix("…"))
    }

    @Test func `configuration is read as people write it`() throws {
        let cases: [(String, String?)] = [
            ("a@b.example", nil), ("<a@b.example>", nil), ("Ada Lovelace <a@b.example>", "Ada Lovelace"),
            (" \"Lovelace, \\\"Ada\\\" \\\\\" <a@b.example> ", "Lovelace, \"Ada\" \\"), ("Zoë<a@b.example>", "Zoë"),
            ("Evil <x@y.z> <a@b.example>", "Evil <x@y.z>"),
        ]
        for (text, name) in cases {
            #expect(try MailAddress(parsing: text) == MailAddress(name: name, address: "a@b.example"), "\(text)")
        }
        for text in ["Ada", "Ada <a@b.example", "a@b.example>", "Ada\r\n <a@b.example>", "Ada < a@b.example>", "<>"] {
            #expect(throws: MailError.self, "\(text)") { try MailAddress(parsing: text) }
        }
    }

    @Test func `it shows itself as people write it`() throws {
        #expect(try MailAddress(name: "Ada", address: "a@b.c").description == "Ada <a@b.c>")
        #expect(try MailAddress(address: "a@b.c").description == "a@b.c")
        #expect(try MailAddress(address: "a@b.c").domain == "b.c")
    }
}

@Suite struct MessageIDTests {
    @Test func `the same number and domain make the same identity`() throws {
        let id = try MessageID(uuid: Sample.uuid, domain: "Example.com")
        #expect(id.description == "<6f9619ff-8b86-4011-b42d-00c04fc964ff@example.com>")
        #expect(id.left == "6f9619ff-8b86-4011-b42d-00c04fc964ff")
        #expect(try MessageID(parsing: id.description) == id)
        #expect(try JSONDecoder().decode([MessageID].self, from: JSONEncoder().encode([id])) == [id])
    }

    @Test(arguments: ["", "a@b", "<a>", "<a@b", "<a@b>\r\n", "<a@b\r\nX: y>", "<a b@c>", "<<a@b>>"])
    func `what is no identity is refused`(text: String) {
        #expect(throws: MailError.self) { try MessageID(parsing: text) }
    }

    @Test(arguments: ["", "a b", "a\r\n", "a..b", ">"])
    func `the domain must be one`(domain: String) {
        #expect(throws: MailError.self) { try MessageID(uuid: UUID(), domain: domain) }
    }
}
