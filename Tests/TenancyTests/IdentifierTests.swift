import Foundation
import Tenancy
import Testing

@Suite("Identifiers")
struct IdentifierTests {
    @Test func `The text form is lower-case, and either case is read`() throws {
        let text = "0190a6e1-5d2b-7c3d-8e4f-a1b2c3d4e5f6"
        let id = try #require(TenantID(text))
        #expect(id.description == text)
        #expect(TenantID(text.uppercased()) == id)
        #expect(TenantID(TenantID.random().description) != nil)
        #expect(TenantID.random() != TenantID.random())
    }

    @Test(arguments: [
        "", "x", "0190a6e1-5d2b-7c3d-8e4f-a1b2c3d4e5f", "0190a6e1-5d2b-7c3d-8e4f-a1b2c3d4e5f60",
        "0190a6e15d2b7c3d8e4fa1b2c3d4e5f6", "{0190a6e1-5d2b-7c3d-8e4f-a1b2c3d4e5f6}",
        " 0190a6e1-5d2b-7c3d-8e4f-a1b2c3d4e5f6", "0190a6e1-5d2b-7c3d-8e4f-a1b2c3d4e5f6\n",
        "0190a6e1-5d2b-7c3d-8e4f-a1b2c3d4e5fg", "0190a6e1-5d2b-7c3d-8e4f-a1b2c3d4e5f6\u{0}",
        "0190a6e1_5d2b_7c3d_8e4f_a1b2c3d4e5f6", "０190a6e1-5d2b-7c3d-8e4f-a1b2c3d4e5f6",
    ])
    func `What is no UUID is refused`(_ text: String) {
        #expect(TenantID(text) == nil)
    }

    @Test func `JSON carries it as a string`() throws {
        let id = ClientID.random()
        let json = try JSONEncoder().encode([id])
        #expect(String(decoding: json, as: UTF8.self) == "[\"\(id)\"]")
        #expect(try JSONDecoder().decode([ClientID].self, from: json) == [id])
        #expect(throws: DecodingError.self) { try JSONDecoder().decode([ClientID].self, from: Data(#"["1"]"#.utf8)) }
    }

    @Test func `A tenant's own schema is named after it`() throws {
        let id = try #require(TenantID("0190a6e1-5d2b-7c3d-8e4f-a1b2c3d4e5f6"))
        let placement = Placement.ownSchema(of: id)
        #expect(placement.schema == "tenant_0190a6e15d2b7c3d8e4fa1b2c3d4e5f6")
        #expect(placement.isolation == .schema)
        #expect(placement.cluster == "main")
    }

    @Test func `A tier's name is a string in JSON`() throws {
        let json = try JSONEncoder().encode([TierName("free")])
        #expect(String(decoding: json, as: UTF8.self) == #"["free"]"#)
        #expect(try JSONDecoder().decode([TierName].self, from: json) == [TierName("free")])
    }
}
