import Testing

@testable import Identity

@Suite("Flat JSON objects")
struct FlatJSONObjectTests {
    static func read(_ text: String) -> FlatJSONObject? { FlatJSONObject(Array(text.utf8)) }

    @Test func `Texts and whole numbers are read, with white space between`() throws {
        let object = try #require(Self.read(" {\t\"a\" :\r\n\"b c~\" , \"n\":12,\"z\":0,\"e\":\"\"} \n"))
        #expect(object.members == ["a": .text("b c~"), "n": .integer(12), "z": .integer(0), "e": .text("")])
        #expect(object.text("a") == "b c~" && object.text("n") == nil && object.text("x") == nil)
        #expect(object.integer("n") == 12 && object.integer("a") == nil && object.integer("x") == nil)
        #expect(Self.read("{}")?.members.isEmpty == true)
        #expect(Self.read(#"{"n":999999999999999}"#)?.integer("n") == 999_999_999_999_999)
    }

    @Test(arguments: [
        "", " ", "{", "}", "{}{}", "{} x", "[]", "[1]", "1", "\"a\"", "null", #"{"a"}"#, #"{"a":}"#, #"{"a":1,}"#,
        #"{,"a":1}"#, #"{"a":1 "b":2}"#, #"{"a":1,,"b":2}"#, #"{a:1}"#, #"{'a':1}"#, #"{"a":'b'}"#, #"{1:1}"#,
        #"{"a":"b}"#, #"{"a":"\n"}"#, #"{"a":"\u0041"}"#, #"{"\u0061":1}"#, "{\"a\":\"\u{0}\"}", "{\"a\":\"\n\"}",
        "{\"a\":\"\u{7F}\"}", #"{"a":"é"}"#, #"{"é":1}"#, #"{"a":true}"#, #"{"a":null}"#, #"{"a":[]}"#, #"{"a":{}}"#,
        #"{"a":-1}"#, #"{"a":+1}"#, #"{"a":1.0}"#, #"{"a":1e3}"#, #"{"a":01}"#, #"{"a":00}"#, #"{"a":.5}"#,
        #"{"a":1000000000000000}"#, #"{"a":1,"a":1}"#, #"{"a":1,"a":2}"#, "\u{FEFF}{}", #"{"a":1}//"#, #"{"a":1/**/}"#,
        "{\"a\"\u{A0}:1}", #"{"a":NaN}"#,
    ])
    func `Anything else is refused`(_ text: String) {
        #expect(Self.read(text) == nil)
    }

    @Test func `Bytes that are no UTF-8 are refused`() {
        #expect(FlatJSONObject(Array(#"{"a":""#.utf8) + [0xC3, 0x28] + Array(#""}"#.utf8)) == nil)
        #expect(FlatJSONObject([0xFF, 0xFE]) == nil)
    }

    @Test func `It knows which texts need no escape`() {
        #expect(FlatJSONObject.canHold("https://example.com/a b~"))
        for text in ["a\"", "a\\", "a\n", "é", "\u{7F}"] { #expect(!FlatJSONObject.canHold(text)) }
    }
}
