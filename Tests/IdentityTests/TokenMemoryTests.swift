import Foundation
import Tenancy
import Testing

@testable import Identity

@Suite("Tokens that were verified before")
struct TokenMemoryTests {
    let forge = Forge()
    static let member = TokenSubject.member(.random(), .viewer, .random())

    private func issue(_ seconds: Int = 60) throws -> String {
        try self.forge.authority.issue(Self.member, audience: Forge.audience, lifetime: .seconds(seconds)).token
    }

    @Test func `A token is remembered once it was verified, and says the same again`() throws {
        let token = try self.issue()
        #expect(self.forge.authority.remembered == 0)
        let first = try self.forge.authority.verify(token, audience: Forge.audience)
        #expect(self.forge.authority.remembered == 1)
        #expect(try self.forge.authority.verify(token, audience: Forge.audience) == first)
        #expect(try self.forge.authority.inspect(token) == first)
        #expect(self.forge.authority.remembered == 1)
    }

    /// `K` and the sign for kelvin are the same text to Unicode.
    @Test func `A remembered token is not found under another spelling`() throws {
        var token = try self.issue()
        while !token.contains("K") { token = try self.issue() }
        #expect(self.forge.problem(token) == nil)
        let other = token.replacing("K", with: "\u{212A}")
        #expect(other == token, "else this test shows nothing")
        #expect(self.forge.problem(other) == .malformed)
    }

    @Test func `A remembered token expires at the same second as one that was never seen`() throws {
        let seen = try self.issue(60)
        let unseen = try self.issue(60)
        #expect(self.forge.problem(seen) == nil)
        self.forge.clock.advance(64)
        #expect(self.forge.problem(seen) == nil)
        #expect(self.forge.problem(unseen) == nil)
        self.forge.clock.advance(1)
        #expect(self.forge.problem(seen) == .expired)
        #expect(self.forge.problem(unseen) == .expired)
    }

    @Test func `A clock that was turned back makes a remembered token premature`() throws {
        let token = try self.issue()
        #expect(self.forge.problem(token) == nil)
        self.forge.clock.advance(-6)
        #expect(self.forge.problem(token) == .notYetValid)
    }

    @Test func `A remembered token is refused at another audience`() throws {
        let token = try self.issue()
        #expect(self.forge.problem(token) == nil)
        #expect(throws: TokenProblem.audience) {
            try self.forge.authority.verify(token, audience: "other.example.com")
        }
    }

    @Test func `A remembered token with one character changed is another token`() throws {
        let token = try self.issue()
        #expect(self.forge.problem(token) == nil)
        for index in token.indices {
            var forged = token
            let other: Character = token[index] == "A" ? "B" : "A"
            forged.replaceSubrange(index...index, with: [other])
            #expect(self.forge.problem(forged) != nil)
        }
        #expect(self.forge.problem(token + "=") != nil)
        #expect(self.forge.problem(" " + token) != nil)
        #expect(self.forge.authority.remembered == 1)
    }

    @Test func `Nothing that was refused is remembered`() throws {
        #expect(self.forge.problem("x.y.z") != nil)
        #expect(try self.forge.problem(["exp": "1000000001"]) != nil)
        #expect(throws: TokenProblem.audience) {
            try self.forge.authority.verify(try self.issue(), audience: "other.example.com")
        }
        #expect(self.forge.authority.remembered == 0)
    }

    @Test func `A key that is taken out of use takes the tokens made with it along, at once`() throws {
        let token = try self.issue()
        #expect(self.forge.problem(token) == nil)
        self.forge.authority.replace(with: SigningKeySet(current: .generate()))
        #expect(self.forge.problem(token) == .unknownKey)
    }

    @Test func `A key that is to retire takes the tokens made with it along when it does`() throws {
        let token = try self.issue(600)
        #expect(self.forge.problem(token) == nil)
        let retired = try SigningKey(
            kid: self.forge.key.kid, publicKey: self.forge.key.publicBytes, createdAt: self.forge.clock.now,
            retiresAt: self.forge.clock.now.addingTimeInterval(30))
        self.forge.authority.replace(with: SigningKeySet(current: .generate(), others: [retired]))
        #expect(self.forge.problem(token) == nil)
        self.forge.clock.advance(29)
        #expect(self.forge.problem(token) == nil)
        self.forge.clock.advance(1)
        #expect(self.forge.problem(token) == .unknownKey)
    }

    @Test func `Keys that are read again and are the same change nothing`() throws {
        let token = try self.issue()
        #expect(self.forge.problem(token) == nil)
        self.forge.authority.replace(with: SigningKeySet(current: self.forge.key))
        #expect(self.forge.authority.remembered == 1)
    }

    @Test func `The memory is bounded, and what is used stays`() {
        let memory = TokenMemory(capacity: 64, parts: 1)
        let token = VerifiedToken(
            subject: Self.member, id: "id", audience: "a", issuedAt: Date(), expiresAt: Date())
        let entry = TokenMemory.Entry(token: token, validFrom: 0, validUntil: 10)
        for number in 0..<10_000 {
            memory.remember(entry, for: "token\(number)")
            #expect(memory.count <= 64)
            if number >= 5 { #expect(memory.token("token5", at: 5) != nil) }
        }
        #expect(memory.token("token5", at: 10) == nil)
        #expect(memory.token("token9999", at: 0) != nil)
        #expect(memory.token("token1", at: 5) == nil)
    }

    @Test func `Many threads may use it at the same time`() async throws {
        let authority = self.forge.authority
        let tokens = try (0..<20).map { _ in try self.issue() }
        await withTaskGroup(of: Int.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    var refused = 0
                    for round in 0..<500 {
                        do {
                            _ = try authority.inspect(tokens[round % tokens.count])
                        } catch {
                            refused += 1
                        }
                    }
                    return refused
                }
            }
            for await refused in group { #expect(refused == 0) }
        }
        #expect(authority.remembered == 20)
    }
}
