import Tenancy
import Testing

@Suite("Client drafts")
struct ClientDraftTests {
    @Test func `What is right is taken`() throws {
        let draft = try ClientDraft(
            name: "Globex", email: "Info@Globex.example", phone: "+49 30 123", notes: "one\ntwo")
        #expect(draft.email?.description == "info@globex.example")
        #expect(draft.notes == "one\ntwo")
        let bare = try ClientDraft(name: "Globex", email: nil, phone: nil, notes: nil)
        #expect(bare.email == nil && bare.phone == nil && bare.notes == nil)
    }

    @Test func `Every field that breaks a rule is named at once`() {
        do throws(ValidationError) {
            _ = try ClientDraft(
                name: String(repeating: "n", count: 201), email: "", phone: "12\n3",
                notes: String(repeating: "n", count: 4_001))
            Issue.record("nothing was refused")
        } catch {
            #expect(error.problems.map(\.pointer) == ["/name", "/email", "/phone", "/notes"])
        }
    }

    @Test func `The longest texts are taken`() throws {
        let draft = try ClientDraft(
            name: String(repeating: "n", count: 200), email: nil, phone: String(repeating: "1", count: 40),
            notes: String(repeating: "n", count: 4_000))
        #expect(draft.notes?.count == 4_000)
        #expect(throws: ValidationError.self) {
            try ClientDraft(name: "a", email: nil, phone: String(repeating: "1", count: 41), notes: nil)
        }
    }
}
