import Testing

@testable import Identity

@Suite("The seal")
struct SecretSealTests {
    static let secret = Array("a secret of at least 32 bytes, or more".utf8)

    static func code(_ work: () throws -> Void) -> IdentityError.Code? {
        do {
            try work()
            return nil
        } catch {
            return (error as? IdentityError)?.code
        }
    }

    @Test(arguments: [0, 1, 32, 1_000])
    func `What was sealed opens again`(_ count: Int) throws {
        let seal = try SecretSeal(secret: Self.secret)
        let bytes = RandomBytes.make(count)
        let sealed = try seal.seal(bytes, context: "key/token/1")
        #expect(sealed.count == count + 29)
        #expect(sealed.first == 1)
        #expect(try SecretSeal(secret: Self.secret).open(sealed, context: "key/token/1") == bytes)
    }

    @Test func `The same bytes never look the same twice`() throws {
        let seal = try SecretSeal(secret: Self.secret)
        let texts = try (0..<50).map { _ in try seal.seal([1, 2, 3], context: "c") }
        #expect(Set(texts).count == 50)
    }

    @Test func `Another context or another secret does not open it`() throws {
        let seal = try SecretSeal(secret: Self.secret)
        let sealed = try seal.seal([1, 2, 3], context: "key/token/1")
        for context in ["key/token/2", "key/context/1", "", "key/token/1 "] {
            #expect(Self.code { _ = try seal.open(sealed, context: context) } == .sealBroken)
        }
        let other = try SecretSeal(secret: Self.secret + [0])
        #expect(Self.code { _ = try other.open(sealed, context: "key/token/1") } == .sealBroken)
    }

    @Test func `No bit can be changed, no byte left out`() throws {
        let seal = try SecretSeal(secret: Self.secret)
        let sealed = try seal.seal(Array("secret".utf8), context: "c")
        for index in sealed.indices {
            for bit in 0..<8 {
                var changed = sealed
                changed[index] ^= 1 << UInt8(bit)
                #expect(Self.code { _ = try seal.open(changed, context: "c") } == .sealBroken)
            }
            let shorter = Array(sealed[..<index])
            #expect(Self.code { _ = try seal.open(shorter, context: "c") } == .sealBroken)
        }
        #expect(Self.code { _ = try seal.open(sealed + [0], context: "c") } == .sealBroken)
    }

    @Test func `A short secret is refused`() throws {
        #expect(Self.code { _ = try SecretSeal(secret: RandomBytes.make(31)) } == .secretTooShort)
        #expect(Self.code { _ = try SecretSeal(secret: RandomBytes.make(32)) } == nil)
    }
}
