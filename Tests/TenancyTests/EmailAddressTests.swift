import Foundation
import Tenancy
import Testing

@Suite("E-mail addresses")
struct EmailAddressTests {
    @Test(arguments: [
        "name@example.com", "first.last@example.co.uk", "a+b@example.com", "o'neill@example.com", "x@1.example",
        "a!#$%&'*+/=?^_`{|}~-z@example.com", "name@sub-domain.example.com",
    ])
    func `What people use is taken`(_ text: String) {
        #expect(EmailAddress(text)?.description == text)
    }

    @Test(arguments: [
        "", "@", "name", "name@", "@example.com", "name@example", "a@b@example.com", ".name@example.com",
        "name.@example.com", "na..me@example.com", "na me@example.com", "name@exa mple.com", "name@-example.com",
        "name@example-.com", "name@.com", "name@example..com", "name@example.com.", "name@[127.0.0.1]",
        "\"name\"@example.com", "name(comment)@example.com", "<name@example.com>", "name@example.com, b@example.com",
        "name@example.com\r\nBcc: x@evil.tld", "name\r\n@example.com", "name@example.com\n", "\tname@example.com",
        "name@example.com\0", "nam\u{0}e@example.com", "namé@example.com", "name@exämple.com", "name@example_a.com",
        "na\u{202E}me@example.com", "name;b@example.com", "name:b@example.com", "name\\@example.com",
    ])
    func `What could hide something or is none is refused`(_ text: String) {
        #expect(EmailAddress(text) == nil)
    }

    /// The Kelvin sign folds to `k`: taken before the check, it would be another person's address.
    @Test func `Folding never turns a foreign letter into an ASCII one`() {
        #expect(EmailAddress("\u{212A}evin@example.com") == nil)
        #expect(EmailAddress("kevin@example.\u{212A}om") == nil)
    }

    @Test func `Lengths are bounded`() {
        let local = String(repeating: "a", count: 64)
        #expect(EmailAddress(local + "@example.com") != nil)
        #expect(EmailAddress(local + "a@example.com") == nil)
        let label = String(repeating: "b", count: 61)
        let longest = local + "@" + [label, label, label].joined(separator: ".") + ".c"
        #expect(longest.utf8.count == 252)
        #expect(EmailAddress(longest + "cc") != nil)
        #expect(EmailAddress(longest + "ccc") == nil)
    }

    @Test func `Case does not tell addresses apart`() throws {
        #expect(EmailAddress("Name@Example.COM") == EmailAddress("name@example.com"))
        let json = Data(#"["Name@Example.COM"]"#.utf8)
        let read = try JSONDecoder().decode([EmailAddress].self, from: json)
        #expect(read.map(\.description) == ["name@example.com"])
        #expect(String(decoding: try JSONEncoder().encode(read), as: UTF8.self) == #"["name@example.com"]"#)
        #expect(throws: DecodingError.self) {
            try JSONDecoder().decode([EmailAddress].self, from: Data(#"["nobody"]"#.utf8))
        }
    }
}
