import AsyncHTTPClient
import DNS
import Foundation
import Testing

@testable import DNSProviders

@Suite struct Route53TextTests {
    @Test(arguments: [
        (#"\052.Saas.test."#, "*.saas.test"), ("*.saas.test", "*.saas.test"),
        (#"\137dmarc.saas.test."#, "_dmarc.saas.test"),
        (#"a\.b.saas.test."#, nil), (#"a\056b.saas.test."#, nil), (#"a\100b.saas.test."#, nil), (#"a\400.test."#, nil),
        (#"a\04"#, nil), (#"a\"#, nil), ("", nil),
    ])
    func namesAreRead(text: String, expected: String?) {
        #expect(Route53Text.name(text)?.description == expected)
    }

    @Test(arguments: [
        (#""one""#, ["one"]), (#""one" "two""#, ["one", "two"]), (#""a \"b\" \134 \\ \101""#, [#"a "b" \ \ A"#]),
        (#""""#, [""]), (" \"x\"\t", ["x"]), ("plain", nil), (#""open"#, nil), (#""\999""#, nil), (#""a"b"#, nil),
        ("", nil),
    ])
    func stringsAreRead(value: String, expected: [String]?) {
        let strings = Route53Text.strings(value)?.map { String(decoding: $0, as: UTF8.self) }
        #expect(strings == expected)
    }

    @Test(arguments: ["", "plain", #"with "quotes""#, #"back\slash"#, #"\"both\\"#, "a & <b>'; c"])
    func textsComeBack(text: String) throws {
        let value = Route53Text.value(text)
        #expect(Route53Text.strings(value)?.map { String(decoding: $0, as: UTF8.self) } == [text])
        let tree = try #require(XMLTree(Data("<a><b>\(XMLTree.escaped(value))</b></a>".utf8)))
        #expect(tree["b"]?.text == value)
    }

    @Test(arguments: ["", "text", "<a>", "<a></b>", "a<b/>"]) func otherTextsAreNoDocuments(text: String) {
        #expect(XMLTree(Data(text.utf8)) == nil)
    }

    @Test func deepDocumentsAreNotRead() {
        let deep = String(repeating: "<a>", count: 40) + String(repeating: "</a>", count: 40)
        #expect(XMLTree(Data(deep.utf8)) == nil)
        #expect(XMLTree(Data("<a>\(String(repeating: "<b/>", count: 40))</a>".utf8))?.all("b").count == 40)
    }

    @Test(arguments: [
        ("/hostedzone/Z1", "Z1"), ("Z1", "Z1"), ("/change/C1", "C1"), ("", nil), ("/hostedzone/", nil), ("Z1?a", nil),
        ("..", nil),
    ])
    func idsAreRead(text: String, expected: String?) { #expect(Route53ID(text)?.text == expected) }

    /// A TXT set is ours only as one string; everything else holds its place.
    @Test(arguments: [
        ([#""one" "two""#], true), (["plain"], true), ([#""\303\244""#], true), ([#""fine""#, #""one" "two""#], true),
        ([], true), ([#""fine""#], false), ([#""fine""#, #""too""#], false),
    ])
    func valuesThatCannotBeSaidHoldTheirPlace(values: [String], expected: Bool) throws {
        let page = try Self.page(CannedRoute53.Answer.set("a.saas.test.", "TXT", values))
        #expect(page.items.compactMap(\.set).map(Placeholder.isOne) == [expected])
    }

    @Test func placeholdersExistForEveryKind() throws {
        let name = try #require(DomainName("a.saas.test"))
        for type in RecordType.allCases {
            let set = try #require(Placeholder.set(name, type))
            #expect(set.type == type && Placeholder.isOne(set))
        }
        #expect(!Placeholder.isOne(try RecordSet(name, .a, ttl: 60, values: ["0.0.0.0"])))
        let page = try Self.page(
            CannedRoute53.Answer.alias("a.saas.test.", "A") + CannedRoute53.Answer.alias("a.saas.test.", "AAAA")
                + CannedRoute53.Answer.set("a.saas.test.", "CNAME", ["a b"]))
        #expect(page.items.compactMap(\.set).map(\.type) == [.a, .aaaa, .cname])
        #expect(page.items.compactMap(\.set).allSatisfy(Placeholder.isOne))
    }

    /// Several sets of one kind at one name, told apart by an identifier, are one taken place.
    @Test func setsOfARoutingPolicyAreOnePlace() throws {
        let elements = ["one", "two"].map {
            CannedRoute53.Answer.set(
                "a.saas.test.", "A", ["192.0.2.1"], extra: "<SetIdentifier>\($0)</SetIdentifier><Weight>1</Weight>")
        }
        let zone = try #require(DomainName("saas.test"))
        let sets = ZoneListing(zone, try Self.page(elements.joined()).items).recordSets()
        #expect(sets.count == 1 && sets.allSatisfy(Placeholder.isOne))
    }

    /// The promised number of changes fits, even if all of them replace the longest marks there are.
    @Test func promisedNumberOfChangesFits() throws {
        let word = String(repeating: "x", count: 100)
        let mark = try #require(OwnershipMark(registry: word, subject: word))
        let changes = try (0..<60).map { number in
            let name = try #require(DomainName("n\(number).test"))
            let set = try RecordSet(name, .txt, ttl: 1, values: [mark.text])
            var longer = set
            longer.ttl = 2
            return RecordChange.replace(set, with: longer)
        }
        #expect(
            Route53Provider(.init(accessKeyID: "", secretAccessKey: ""), client: .shared).support.maximumChanges == 60)
        #expect(Route53ChangeBatch(changes) != nil)
        #expect(Route53ChangeBatch(changes + changes) == nil)
    }

    private static func page(_ elements: String) throws -> Route53Page {
        let text = CannedRoute53.Answer.sets(elements).body
        let document = try #require(XMLTree(Data(text.utf8)))
        return try #require(Route53Page(document))
    }
}
