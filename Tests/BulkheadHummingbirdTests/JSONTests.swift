import Foundation
import Hummingbird
import Testing

@testable import BulkheadHummingbird

@Suite("JSON")
struct JSONTests {
    private func parse(_ text: String) throws -> JSONValue { try JSONValue(parsing: Array(text.utf8)) }

    @Test("reads every kind of value")
    func values() throws {
        let value = try self.parse(
            #" {"a":null,"b":[true,false,-0.5e+10,12],"c":{"d":"x\n\"\\\/\b\f\r\t\u00e9\ud83d\ude00é"},"e":[],"f":{}} "#
        )
        let expected = JSONValue.object([
            .init("a", .null), .init("b", .array([.bool(true), .bool(false), .number("-0.5e+10"), .number("12")])),
            .init("c", .object([.init("d", .string("x\n\"\\/\u{8}\u{C}\r\té😀é"))])), .init("e", .array([])),
            .init("f", .object([])),
        ])
        #expect(value == expected)
    }

    @Test(
        "refuses what is no JSON",
        arguments: [
            "", " ", "{", "}", "[", "[1,]", "{\"a\":1,}", "{a:1}", "{'a':1}", "01", "+1", "1.", ".5", "1e", "-", "tru",
            "nul", "NaN", "Infinity", "\"a", "\"\\x\"", "\"\\u12\"", "\"\n\"", "\"\u{0}\"", "1 2", "{\"a\" 1}", "[1 2]",
            "\u{FEFF}{}", "// x\n{}", "\"\\ud800\"", "\"\\udc00\"", "\"\\ud800\\u0041\"", "\"\\ud800x\"", "{\"a\":1}}",
            "{\"a\":1,\"a\":2}", "{\"a\":{\"b\":1,\"\\u0062\":2}}",
        ])
    func syntax(text: String) {
        #expect(throws: JSONSyntaxError.self) { try self.parse(text) }
    }

    @Test("refuses ill-formed UTF-8")
    func illFormed() {
        for bytes: [UInt8] in [
            [0x22, 0xC3, 0x22], [0x22, 0xFF, 0x22], [0x22, 0xC0, 0x80, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22],
        ] {
            #expect(throws: JSONSyntaxError.self) { try JSONValue(parsing: bytes) }
        }
    }

    @Test("bounds the depth")
    func depth() throws {
        let fine = String(repeating: "[", count: 32) + String(repeating: "]", count: 32)
        #expect(throws: Never.self) { try self.parse(fine) }
        #expect(throws: JSONSyntaxError.self) { try self.parse("[" + fine + "]") }
        #expect(throws: JSONSyntaxError.self) { try self.parse(String(repeating: "[", count: 60_000)) }
        #expect(throws: JSONSyntaxError.self) { try self.parse(String(repeating: #"{"a":"#, count: 10_000)) }
    }

    @Test("says where and why, and nothing of the text")
    func reasons() {
        #expect(throws: JSONSyntaxError.duplicateName(at: 7)) { try self.parse(#"{"a":1,"a":2}"#) }
        #expect(JSONSyntaxError.duplicateName(at: 7).description == "an object that has one name twice, at byte 7")
        #expect(JSONSyntaxError.syntax(at: 3).description == "not valid JSON at byte 3")
    }

    @Test("writes what Foundation reads")
    func writing() throws {
        var json = JSONWriter()
        let id = UUID()
        json.object { json in
            json.member("text", "a\"b\\c\n\u{1}\u{7F}é😀</script>")
            json.member("nothing", String?.none)
            json.member("number", -42)
            json.member("flag", true)
            json.member("id", id)
            json.member("time", Date(timeIntervalSince1970: 0.5))
            json.name("list")
            json.array { json in
                json.object { _ in }
                json.array { _ in }
                json.integer(1)
                json.bool(false)
                json.null()
                json.string("")
            }
        }
        let object = try #require(JSONSerialization.jsonObject(with: Data(json.bytes)) as? [String: Any])
        #expect(object["text"] as? String == "a\"b\\c\n\u{1}\u{7F}é😀</script>")
        #expect(object["nothing"] is NSNull)
        #expect(object["number"] as? Int == -42)
        #expect(object["flag"] as? Bool == true)
        #expect(object["id"] as? String == id.uuidString.lowercased())
        #expect(object["time"] as? String == "1970-01-01T00:00:00.500000Z")
        #expect((object["list"] as? [Any])?.count == 6)
        #expect(!json.bytes.contains { $0 < 0x20 || $0 == 0x7F })
        #expect(throws: Never.self) { try JSONValue(parsing: json.bytes) }
    }

    private struct Event: Encodable {
        let at: Date
        let path: String
    }

    @Test("encodes Encodable values with the same form of times")
    func encoding() async throws {
        let event = Event(at: Date(timeIntervalSince1970: 1.5), path: "/a")
        let answer = try await Answer(Response.json(encoding: event, status: .created))
        #expect(answer.text == #"{"at":"1970-01-01T00:00:01.500000Z","path":"/a"}"#)
        #expect(answer.status == 201 && answer["content-type"] == "application/json")
    }

    @Test("writes times as RFC 3339 has them, before and after 1970, on leap days")
    func timestamps() throws {
        let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        for seconds in stride(from: -11_676_096_000.0, through: 253_402_300_799, by: 86_400 * 173.37) {
            let date = Date(timeIntervalSince1970: (seconds * 8).rounded() / 8)
            let text = Timestamp.text(date)
            #expect(text.count == 27)
            let expected = date.formatted(style)
            #expect(text.prefix(23) == expected.prefix(23), "\(seconds)")
        }
        #expect(Timestamp.text(Date(timeIntervalSince1970: 1_709_208_000)) == "2024-02-29T12:00:00.000000Z")
        #expect(Timestamp.text(Date(timeIntervalSince1970: 1_767_225_599.999_999)) == "2025-12-31T23:59:59.999999Z")
        for (extreme, text) in [
            (Double.infinity, "9999-12-31T23:59:59.000000Z"), (1e300, "9999-12-31T23:59:59.000000Z"),
            (-.infinity, "0001-01-01T00:00:00.000000Z"),
        ] {
            #expect(Timestamp.text(Date(timeIntervalSince1970: extreme)) == text)
        }
        #expect(Timestamp.text(Date(timeIntervalSince1970: -0.000_001)) == "1969-12-31T23:59:59.999999Z")
    }
}
