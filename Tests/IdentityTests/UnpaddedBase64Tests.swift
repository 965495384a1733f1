import Foundation
import Testing

@testable import Identity

@Suite("Base64 without padding")
struct UnpaddedBase64Tests {
    @Test(arguments: 0...70)
    func `Bytes survive, in the text that Foundation makes without its padding`(_ count: Int) {
        let bytes = (0..<count).map { _ in UInt8.random(in: 0...255) }
        let reference = Data(bytes).base64EncodedString().replacing("=", with: "")
        #expect(UnpaddedBase64.standard.encode(bytes) == reference)
        let url = reference.replacing("+", with: "-").replacing("/", with: "_")
        #expect(UnpaddedBase64.url.encode(bytes) == url)
        #expect(UnpaddedBase64.url.decode(url.utf8) == bytes)
        #expect(UnpaddedBase64.standard.decode(reference.utf8) == bytes)
    }

    @Test(arguments: ["A", "AAAAA", "AA==", "AAA=", "AB", "AAB", "+A", "/A", "A A", "AA\n", "AA.", "é", "A\0", "AP"])
    func `What encoding never makes is refused`(_ text: String) {
        #expect(UnpaddedBase64.url.decode(text.utf8) == nil)
    }

    @Test func `Each alphabet refuses the other's last two digits`() {
        #expect(UnpaddedBase64.url.decode("-_-_".utf8) != nil)
        #expect(UnpaddedBase64.url.decode("+/+/".utf8) == nil)
        #expect(UnpaddedBase64.standard.decode("+/+/".utf8) != nil)
        #expect(UnpaddedBase64.standard.decode("-_-_".utf8) == nil)
    }

    /// Of all texts of two and three digits, exactly those are read that encoding makes.
    @Test func `No two texts mean the same bytes`() {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
        var seen = Set<[UInt8]>()
        for first in alphabet {
            for second in alphabet {
                guard let bytes = UnpaddedBase64.url.decode([first, second]) else { continue }
                #expect(seen.insert(bytes).inserted)
            }
        }
        #expect(seen.count == 256)
    }
}
