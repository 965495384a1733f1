import Crypto
import Testing

@testable import Identity

@Suite("Opaque tokens")
struct OpaqueTokenTests {
    @Test func `A token survives its text and is like no other`() {
        let tokens = (0..<100).map { _ in OpaqueToken.random() }
        #expect(Set(tokens).count == 100)
        for token in tokens {
            #expect(token.text.utf8.count == 43)
            #expect(OpaqueToken(token.text) == token)
            #expect(OpaqueToken(token.text)?.hash == token.hash)
            #expect(token.hash.count == 32)
        }
    }

    @Test func `The hash is the SHA-256 of the bytes, not the token`() throws {
        let token = try #require(OpaqueToken(String(repeating: "A", count: 43)))
        #expect(token.hash == Array(SHA256.hash(data: [UInt8](repeating: 0, count: 32))))
    }

    @Test(arguments: [
        "", "A", String(repeating: "A", count: 42), String(repeating: "A", count: 44),
        String(repeating: "A", count: 43) + "=", String(repeating: "A", count: 42) + "B",
        String(repeating: "A", count: 42) + "+", String(repeating: "A", count: 42) + " ",
        String(repeating: "é", count: 43), String(repeating: "A", count: 1_000_000),
    ])
    func `A text of another form is none`(_ text: String) {
        #expect(OpaqueToken(text) == nil)
    }
}
