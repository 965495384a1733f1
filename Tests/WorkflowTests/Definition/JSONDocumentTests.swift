import Foundation
import Testing
import Workflow

@Suite struct JSONDocumentTests {
    @Test(
        arguments: [
            .null, true, false, 0, -1, .integer(.max), .integer(.min), .number(0.5), .number(-1.25e-9), .number(1e300),
            "",
            "grüße 👩‍👩‍👧 \u{0} \" \\ / \n \u{2028}", [], [:], [nil, 1, .number(1.5), "x", [[]], ["a": [:]]],
            ["a": ["b": ["c": [1, 2, ["d": nil]]]], "": "empty key", "ключ": "значение"],
        ] as [JSONDocument])
    func `comes back as it went`(document: JSONDocument) throws {
        #expect(try JSONDecoder().decode(JSONDocument.self, from: JSONEncoder().encode(document)) == document)
        #expect(try JSONDocument(encoding: document) == document)
        #expect(try document.decode(JSONDocument.self) == document)
    }

    @Test func `values go in and come out`() throws {
        struct Order: Codable, Hashable {
            var name: String
            var amount: Double
            var tags: [String]
            var at: Date
            var note: String?
        }
        let order = Order(name: "ä", amount: 1.5, tags: ["a"], at: Date(timeIntervalSince1970: 1_700_000_000))
        let document = try JSONDocument(encoding: order)
        #expect(document["name"] == "ä")
        #expect(document["amount"] == .number(1.5))
        #expect(document["at"] == "2023-11-14T22:13:20Z")
        #expect(document["note"] == nil)
        #expect(try document.decode(Order.self) == order)
        #expect(throws: DecodingError.self) { try document.decode([String].self) }
    }

    @Test func `only objects have members`() {
        #expect(JSONDocument.array([1])["0"] == nil)
        #expect(JSONDocument.null["a"] == nil)
        #expect((["a": nil] as JSONDocument)["a"] == .null)
    }

    @Test func `of equal names in a literal the last one counts`() {
        #expect((["a": 1, "a": 2] as JSONDocument)["a"] == 2)
    }

    @Test func `what is no JSON is refused`() {
        #expect(throws: (any Error).self) { try JSONDecoder().decode(JSONDocument.self, from: Data("{".utf8)) }
        #expect(throws: (any Error).self) { try JSONDocument(encoding: Double.nan) }
    }

    @Test func `numbers beyond Int are doubles`() throws {
        let document = try JSONDecoder().decode(JSONDocument.self, from: Data("[18446744073709551615, 1.0, 1e2]".utf8))
        guard case .array(let members) = document else { throw DocumentShape() }
        #expect(members[0] == .number(18_446_744_073_709_551_616))
        // JSON knows one kind of number: what is whole comes back as a whole number.
        #expect(members[1] == .integer(1))
        #expect(members[2] == .integer(100))
    }

    private struct DocumentShape: Error {}
}
