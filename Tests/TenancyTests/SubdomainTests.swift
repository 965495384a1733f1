import Foundation
import Tenancy
import Testing

@Suite("Subdomains")
struct SubdomainTests {
    static func problem(_ text: String) -> SubdomainProblem? {
        do throws(SubdomainProblem) {
            _ = try Subdomain(validating: text)
            return nil
        } catch {
            return error
        }
    }

    @Test(arguments: ["acme", "a1b", "a-b", "abc-9", "a--", "ab-", "x1-y2-z3"])
    func `Labels of the right form are taken`(_ text: String) {
        let ends = text.hasSuffix("-")
        #expect(Self.problem(text) == (ends ? .lastCharacter : nil))
    }

    @Test func `The shortest and the longest label are taken, one more or less is not`() {
        #expect(Self.problem("abc") == nil)
        #expect(Self.problem("ab") == .length)
        #expect(Self.problem("") == .length)
        #expect(Self.problem(String(repeating: "a", count: 63)) == nil)
        #expect(Self.problem(String(repeating: "a", count: 64)) == .length)
    }

    @Test(arguments: [
        ("9lives", SubdomainProblem.firstCharacter), ("-acme", .firstCharacter), ("acme-", .lastCharacter),
        ("ac_me", .characters), ("ac.me", .characters), ("ac me", .characters), ("acme\n", .characters),
        ("acme\0", .characters), ("acmé", .characters), ("аcme", .characters), ("\u{212A}elvin", .characters),
        ("acme\u{200D}", .characters), ("xn--acme", .hyphens), ("ab--cd", .hyphens), ("XN--ACME", .hyphens),
        ("_dmarc", .characters),
    ])
    func `Every rule has its own problem`(_ text: String, _ problem: SubdomainProblem) {
        #expect(Self.problem(text) == problem)
    }

    @Test func `Two hyphens are set aside at the third and fourth place only`() {
        #expect(Self.problem("abc--def") == nil)
        #expect(Self.problem("a--bcdef") == nil)
    }

    @Test func `Upper case is folded`() throws {
        #expect(try Subdomain(validating: "AcMe").description == "acme")
        #expect(try Subdomain(validating: "ACME") == Subdomain(validating: "acme"))
    }

    @Test(arguments: ReservedSubdomains.all.sorted())
    func `No reserved name can be taken, in any case`(_ name: String) {
        #expect(Self.problem(name) != nil)
        #expect(Self.problem(name.uppercased()) != nil)
        #expect(name == name.lowercased())
    }

    @Test(arguments: [
        "www", "admin", "api", "mail", "autodiscover", "wpad", "isatap", "_dmarc", "localhost", "postmaster", "smtp",
        "administrator", "webmaster", "hostmaster", "imap", "pop3", "autoconfig", "broadcasthost", "localdomain",
        "ssladmin", "root", "ftp", "ns1", "mta-sts",
    ])
    func `The list holds the names that software and authorities give a meaning to`(_ name: String) {
        #expect(ReservedSubdomains.all.contains(name))
    }

    @Test func `A name like a reserved one is free`() {
        #expect(Self.problem("administer") == nil)
        #expect(Self.problem("mails") == nil)
        #expect(Self.problem("my-api") == nil)
    }

    @Test func `Every problem says something else`() {
        let details = SubdomainProblem.allCases.map(\.detail)
        #expect(Set(details).count == details.count)
    }

    @Test func `A stored label is read if its form is right, reserved or not`() {
        #expect(Subdomain(stored: "acme")?.description == "acme")
        #expect(Subdomain(stored: "admin")?.description == "admin")
        for text in ["ACME", "ab", "-ab", "ab-", "1ab", "a.b", "xn--acme", "", String(repeating: "a", count: 64)] {
            #expect(Subdomain(stored: text) == nil)
        }
    }

    @Test func `JSON carries the label as a string`() throws {
        let label = try Subdomain(validating: "acme")
        let json = try JSONEncoder().encode([label])
        #expect(String(decoding: json, as: UTF8.self) == #"["acme"]"#)
        #expect(try JSONDecoder().decode([Subdomain].self, from: json) == [label])
        #expect(throws: DecodingError.self) {
            try JSONDecoder().decode([Subdomain].self, from: Data(#"["not a label"]"#.utf8))
        }
    }
}
