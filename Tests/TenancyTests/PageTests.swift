import Foundation
import Tenancy
import Testing

@Suite("Pages")
struct PageTests {
    @Test(arguments: [0, 1, -1, 1_750_000_000_123_456, .max, .min] as [Int64])
    func `A cursor survives its text`(_ microseconds: Int64) throws {
        let cursor = PageCursor(microseconds: microseconds, id: UUID())
        let text = cursor.text
        #expect(PageCursor(text: text) == cursor)
        #expect(text.utf8.allSatisfy { ($0 >= 0x30 && $0 < 0x7F) || $0 == 0x2D })
        #expect(!text.contains("=") && !text.contains("+") && !text.contains("/"))
    }

    static func encoded(_ text: String) -> String {
        Data(text.utf8).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_")
            .replacing("=", with: "")
    }

    @Test func `A text that no cursor has made is refused`() {
        let id = "0190a6e1-5d2b-7c3d-8e4f-a1b2c3d4e5f6"
        let fine = Self.encoded("5,\(id)")
        #expect(PageCursor(text: fine) != nil)
        let bad = [
            "", "!", "abc", fine + "=", fine + "A", String(fine.dropLast()), Self.encoded(id), Self.encoded("5,"),
            Self.encoded("x,\(id)"), Self.encoded("+5,\(id)"), Self.encoded("05,\(id)"), Self.encoded("5,\(id),"),
            Self.encoded("5,\(id.uppercased())"), Self.encoded("99999999999999999999,\(id)"), Self.encoded("5,\(id) "),
            Self.encoded("5,'; DROP TABLE tenants; --"), String(repeating: "A", count: 10_000), "\u{0}", "é",
        ]
        for text in bad { #expect(PageCursor(text: text) == nil, "\(text)") }
    }

    @Test func `The limit of a page stays within its bounds`() {
        #expect(PageRequest().limit == 50)
        #expect(PageRequest(limit: 200).limit == 200)
        #expect(PageRequest(limit: 1_000_000).limit == 200)
        #expect(PageRequest(limit: -5).limit == 1)
    }
}
