import Foundation
import Tenancy
import Testing

@testable import Identity

@Suite("The key ring")
struct KeyRingTests {
    let clock = TurnedClock()
    let store: KeyStore
    let ring: KeyRing
    let admin = Principal.admin(.random())

    init() throws {
        let clock = self.clock
        self.store = KeyStore(clock: clock)
        self.ring = KeyRing(
            seal: try SecretSeal(secret: SecretSealTests.secret), repository: self.store, now: { clock.now })
    }

    @Test func `The first key of each purpose makes itself, once`() async throws {
        let keys = try await self.ring.signingKeys()
        #expect(keys.others.isEmpty)
        #expect(try await self.ring.signingKeys().current.kid == keys.current.kid)
        let contexts = try await self.ring.contextKeys()
        #expect(contexts.count == 1)
        #expect(contexts[0].secret.count == 32)
        #expect(try await self.ring.contextKeys()[0].secret == contexts[0].secret)
        #expect(self.store.all.count == 2)
        #expect(keys.current.kid.count == 16)
    }

    @Test func `The store sees no secret, and a context key has no public half`() async throws {
        let signing = try await self.ring.signingKeys().current
        let context = try await self.ring.contextKeys()[0]
        for key in self.store.all {
            let secret = key.purpose == .token ? try #require(signing.privateBytes) : context.secret
            #expect(!key.sealed.indices.contains { key.sealed[$0...].starts(with: secret.prefix(8)) })
            #expect((key.publicKey == nil) == (key.purpose == .context))
        }
    }

    @Test func `After a rotation the new key signs and both verify`() async throws {
        let old = try await self.ring.signingKeys()
        let authority = TokenAuthority(issuer: "https://bulkhead.example", keys: old)
        let token = try authority.issue(.admin(.random()), audience: "admin.example.com").token
        self.clock.advance(1)
        let summary = try await self.ring.rotateSigningKey(by: self.admin)
        let keys = try await self.ring.signingKeys()
        #expect(keys.current.kid == summary.kid)
        #expect(keys.others.map(\.kid) == [old.current.kid])
        #expect(keys.others.allSatisfy { $0.privateKey == nil })
        authority.replace(with: keys)
        #expect(throws: Never.self) { try authority.verify(token, audience: "admin.example.com") }
        try await self.ring.retire(kid: old.current.kid, by: self.admin)
        authority.replace(with: try await self.ring.signingKeys())
        #expect(throws: TokenProblem.unknownKey) { try authority.verify(token, audience: "admin.example.com") }
    }

    @Test func `Context keys rotate likewise, the one to sign with first`() async throws {
        let old = try await self.ring.contextKeys()[0]
        self.clock.advance(1)
        let summary = try await self.ring.rotateContextKey(by: self.admin)
        let keys = try await self.ring.contextKeys()
        #expect(keys.map(\.kid) == [summary.kid, old.kid])
        #expect(keys[0].secret != keys[1].secret)
        try await self.ring.retire(kid: old.kid, by: self.admin)
        #expect(try await self.ring.contextKeys().map(\.kid) == [summary.kid])
    }

    @Test func `The key that signs cannot be retired, nor one that is retired or unknown`() async throws {
        let first = try await self.ring.signingKeys().current.kid
        let context = try await self.ring.contextKeys()[0].kid
        for kid in [first, context] {
            let error = await #expect(throws: DomainError.self) {
                try await self.ring.retire(kid: kid, by: self.admin)
            }
            #expect(error == .conflict("Key \(kid) signs at present; rotate first, then retire it."))
        }
        await #expect(throws: DomainError.notFound("key")) { try await self.ring.retire(kid: "x", by: self.admin) }
        self.clock.advance(1)
        let second = try await self.ring.rotateSigningKey(by: self.admin).kid
        try await self.ring.retire(kid: first, by: self.admin)
        await #expect(throws: DomainError.conflict("Key \(first) is retired already.")) {
            try await self.ring.retire(kid: first, by: self.admin)
        }
        await #expect(throws: DomainError.self) { try await self.ring.retire(kid: second, by: self.admin) }
        #expect(try await self.ring.signingKeys().current.kid == second)
    }

    @Test func `The list tells what each key is doing, the newest first`() async throws {
        let first = try await self.ring.signingKeys().current.kid
        self.clock.advance(1)
        let second = try await self.ring.rotateSigningKey(by: self.admin).kid
        try await self.ring.retire(kid: first, by: self.admin)
        self.clock.advance(1)
        let third = try await self.ring.rotateSigningKey(by: self.admin).kid
        let context = try await self.ring.contextKeys()[0].kid
        let list = try await self.ring.list()
        #expect(list.map(\.kid) == [third, second, first, context])
        #expect(list.map(\.state) == [.current, .verifying, .retired, .current])
        #expect(list.map(\.purpose) == [.token, .token, .token, .context])
        #expect(list[2].retiredAt != nil)
    }

    @Test func `Another secret opens nothing`() async throws {
        _ = try await self.ring.signingKeys()
        let other = KeyRing(seal: try SecretSeal(secret: RandomBytes.make(32)), repository: self.store)
        let error = await #expect(throws: IdentityError.self) { try await other.signingKeys() }
        #expect(error?.code == .sealBroken)
    }

    @Test func `A row that says another name or public half than was sealed is refused`() async throws {
        let kid = try await self.ring.signingKeys().current.kid
        let original = self.store.all[0]
        func with(kid: String? = nil, publicKey: [UInt8]?) -> SealedKey {
            SealedKey(
                kid: kid ?? original.kid, purpose: .token, publicKey: publicKey, sealed: original.sealed,
                createdAt: original.createdAt, retiredAt: nil)
        }
        try self.store.replace(kid) { _ in with(publicKey: SigningKey.generate().publicBytes) }
        var error = await #expect(throws: IdentityError.self) { try await self.ring.signingKeys() }
        #expect(error?.code == .keyUnreadable)
        try self.store.replace(kid) { _ in with(publicKey: nil) }
        error = await #expect(throws: IdentityError.self) { try await self.ring.signingKeys() }
        #expect(error?.code == .keyUnreadable)
        try self.store.replace(kid) { _ in with(kid: "0000000000000000", publicKey: original.publicKey) }
        error = await #expect(throws: IdentityError.self) { try await self.ring.signingKeys() }
        #expect(error?.code == .sealBroken)
    }

    @Test func `Keys of the wrong length are refused`() {
        for count in [0, 31, 33] {
            let key = RandomBytes.make(count)
            #expect(throws: IdentityError.self) { try SigningKey(kid: "k", privateKey: key, createdAt: Date()) }
            #expect(throws: IdentityError.self) { try SigningKey(kid: "k", publicKey: key, createdAt: Date()) }
        }
    }
}
