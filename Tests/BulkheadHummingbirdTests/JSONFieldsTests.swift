import Tenancy
import Testing

@testable import BulkheadHummingbird

@Suite("Fields of a JSON object")
struct JSONFieldsTests {
    private func fields(_ text: String) throws -> JSONFields {
        try JSONFields(JSONValue(parsing: Array(text.utf8)))
    }

    @Test("are all named at once: types, rules and unknown names, in the order of the fields")
    func together() throws {
        let long = String(repeating: "n", count: 201)
        var fields = try self.fields(
            #"{"tenant_id":"x","a/b~c":1,"email":7,"name":"\#(long)","phone":null,"notes":"\u0000"}"#)
        let name = fields.text("name")
        let email = fields.optional("email", .text)
        let phone = fields.optional("phone", .text)
        let notes = fields.optional("notes", .text)
        let error = #expect(throws: ValidationError.self) {
            try fields.finish { () throws(ValidationError) in
                try ClientDraft(name: name, email: email, phone: phone, notes: notes)
            }
        }
        #expect(error?.problems.map(\.pointer) == ["/name", "/email", "/notes", "/tenant_id", "/a~1b~0c"])
        #expect(error?.problems[1].detail == "must be a string")
    }

    @Test("a missing or null field is missing once, not also too short")
    func missing() throws {
        for text in ["{}", #"{"name":null}"#] {
            var fields = try self.fields(text)
            let name = fields.text("name")
            let error = #expect(throws: ValidationError.self) {
                try fields.finish { () throws(ValidationError) in
                    try ClientDraft(name: name, email: nil, phone: nil, notes: nil)
                }
            }
            #expect(error?.problems.map(\.pointer) == ["/name"])
        }
    }

    @Test("integers, booleans and settings keep their types")
    func types() throws {
        var fields = try self.fields(
            #"{"i":5,"b":true,"bad":1.5,"big":99999999999999999999,"s":{"locale":"de","features":["a"],"x":1}}"#)
        #expect(fields.required("i", .integer) == 5)
        #expect(fields.required("b", .bool) == true)
        #expect(fields.optional("bad", .integer) == nil)
        #expect(fields.optional("big", .integer) == nil)
        #expect(fields.optional("s", .settings) == ["locale": .text("de"), "features": .list(["a"])])
        let error = #expect(throws: ValidationError.self) { try fields.finish {} }
        #expect(error?.problems.map(\.pointer) == ["/bad", "/big", "/s/x"])
    }

    @Test("a document that is no object is refused as a whole", arguments: ["[]", "1", "null", #""x""#])
    func noObject(text: String) {
        let error = #expect(throws: ValidationError.self) { try self.fields(text) }
        #expect(error?.problems.map(\.pointer) == [""])
    }

    @Test("a flood of unknown names gets a short answer")
    func flood() throws {
        let members = (0..<2_000).map { "\"f\($0)\":1" }.joined(separator: ",")
        let fields = try self.fields("{\(members)}")
        let error = #expect(throws: ValidationError.self) { try fields.finish {} }
        #expect(error?.problems.count == JSONFields.maximumUnknownNames)
    }
}
