import Crypto
import Tenancy
import Testing

@testable import Identity

@Suite("Password hashes")
struct PasswordHasherTests {
    let hasher = PasswordHasher(cost: .cheapest)

    @Test func `The right password matches its hash, another does not`() async throws {
        let hash = try await self.hasher.hash("correct horse battery")
        #expect(try await self.hasher.verify("correct horse battery", against: hash))
        for wrong in ["correct horse batterz", "Correct horse battery", "correct horse battery ", "", "c"] {
            #expect(try await !self.hasher.verify(wrong, against: hash))
        }
    }

    @Test func `No account and no password match nothing`() async throws {
        #expect(try await !self.hasher.verify("anything at all", against: nil))
        #expect(try await !self.hasher.verify("", against: nil))
        #expect(try await !self.hasher.verify("\u{0}", against: nil))
    }

    @Test func `Every hash has a salt of its own and fits its column`() async throws {
        let first = try await self.hasher.hash("correct horse battery")
        let second = try await self.hasher.hash("correct horse battery")
        #expect(first != second)
        #expect(first.hasPrefix("$scrypt$ln=4,r=1,p=1$"))
        #expect(first.utf8.count <= 200)
        #expect(first.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F })
    }

    @Test func `Ways to type the same characters are the same password`() async throws {
        let hash = try await self.hasher.hash("caf\u{E9} au lait du matin")
        #expect(try await self.hasher.verify("cafe\u{301} au lait du matin", against: hash))
        #expect(try await self.hasher.verify("caf\u{E9}\u{A0}au\u{2003}lait du matin", against: hash))
        #expect(try await !self.hasher.verify("cafe au lait du matin", against: hash))
    }

    @Test func `What cannot be hashed is refused before any work`() async throws {
        for password in ["", String(repeating: "x", count: 5_000_000)] {
            await #expect(throws: IdentityError.self) { try await self.hasher.hash(password) }
            #expect(try await !self.hasher.verify(password, against: try await self.hasher.hash("something else")))
        }
    }

    @Test func `A hash made at another cost is verified at that cost`() async throws {
        let dear = PasswordHasher(cost: try #require(ScryptCost(logRounds: 10, blockSize: 8, parallelism: 2)))
        let hash = try await dear.hash("correct horse battery")
        #expect(hash.hasPrefix("$scrypt$ln=10,r=8,p=2$"))
        #expect(try await self.hasher.verify("correct horse battery", against: hash))
        #expect(try await !self.hasher.verify("correct horse batterz", against: hash))
    }

    @Test func `The interactive cost is what it says`() async throws {
        let hash = try await PasswordHasher().hash("correct horse battery")
        #expect(hash.hasPrefix("$scrypt$ln=15,r=8,p=1$"))
        #expect(try await PasswordHasher().verify("correct horse battery", against: hash))
    }

    static let salt = String(repeating: "A", count: 22)
    static let key = String(repeating: "A", count: 43)

    @Test(arguments: [
        "", "$", "$$$$", "plain text", "$2b$12$abcdefghijklmnopqrstuv", "$scrypt$ln=4,r=1,p=1$\(salt)",
        "$scrypt$ln=4,r=1,p=1$\(salt)$\(key)$", "x$scrypt$ln=4,r=1,p=1$\(salt)$\(key)",
        "$scrypt$ln=40,r=1,p=1$\(salt)$\(key)", "$scrypt$ln=18,r=8,p=1$\(salt)$\(key)",
        "$scrypt$ln=17,r=16,p=1$\(salt)$\(key)", "$scrypt$ln=17,r=8,p=2$\(salt)$\(key)",
        "$scrypt$ln=4,r=99999999,p=1$\(salt)$\(key)", "$scrypt$ln=4,r=1,p=5$\(salt)$\(key)",
        "$scrypt$ln=3,r=1,p=1$\(salt)$\(key)", "$scrypt$ln=-4,r=1,p=1$\(salt)$\(key)",
        "$scrypt$ln=+4,r=1,p=1$\(salt)$\(key)", "$scrypt$ln=04,r=1,p=1$\(salt)$\(key)",
        "$scrypt$ln=4,r=0,p=1$\(salt)$\(key)", "$scrypt$ln=4,r=1,p=0$\(salt)$\(key)",
        "$scrypt$ln=4,p=1,r=1$\(salt)$\(key)", "$scrypt$ln=4,r=1$\(salt)$\(key)",
        "$scrypt$ln=4,r=1,p=1,x=1$\(salt)$\(key)", "$scrypt$ln=4,r=1,p=1$$\(key)", "$scrypt$ln=4,r=1,p=1$\(salt)$",
        "$scrypt$ln=4,r=1,p=1$\(salt)A$\(key)", "$scrypt$ln=4,r=1,p=1$\(salt)$\(key)==",
        "$scrypt$ln=4,r=1,p=1$\(salt)$AAAA", "$scrypt$ln=99999999999999999999,r=1,p=1$\(salt)$\(key)",
        "$scrypt$ln=４,r=1,p=1$\(salt)$\(key)",
        "$scrypt$ln=4,r=1,p=1$\(String(repeating: "A", count: 1_000_000))$\(key)",
    ])
    func `A stored value of another form or beyond the bounds is refused without work`(_ hash: String) async throws {
        #expect(PasswordHash(hash) == nil)
        let error = await #expect(throws: IdentityError.self) {
            try await self.hasher.verify("correct horse battery", against: hash)
        }
        #expect(error?.code == .unreadablePasswordHash)
        if hash.count > 2 { #expect(error.map { String(reflecting: $0).contains(hash) } == false) }
    }

    @Test func `Costs are bounded`() {
        #expect(ScryptCost(logRounds: 17, blockSize: 8, parallelism: 1) != nil)
        #expect(ScryptCost(logRounds: 16, blockSize: 8, parallelism: 2) != nil)
        #expect(ScryptCost(logRounds: 17, blockSize: 8, parallelism: 2) == nil)
        #expect(ScryptCost(logRounds: 18, blockSize: 1, parallelism: 1) == nil)
        #expect(ScryptCost(logRounds: 3, blockSize: 8, parallelism: 1) == nil)
        #expect(ScryptCost(logRounds: Int.max, blockSize: Int.max, parallelism: Int.max) == nil)
    }

    /// RFC 7914, section 12, the third vector; its first 32 bytes, since longer keys begin with shorter ones.
    @Test func `The function is scrypt`() throws {
        let cost = try #require(ScryptCost(logRounds: 14, blockSize: 8, parallelism: 1))
        let key = try PasswordHash.derive(
            from: Array("pleaseletmein".utf8), salt: Array("SodiumChloride".utf8), cost: cost)
        let expected = bytes("7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2")
        #expect(key.withUnsafeBytes { Array($0) } == expected)
    }

    /// The quickest of several tries, so that a busy machine does not decide.
    @Test func `No account takes as long as a wrong password`() async throws {
        let hasher = PasswordHasher(cost: try #require(ScryptCost(logRounds: 12, blockSize: 8, parallelism: 1)))
        let hash = try await hasher.hash("correct horse battery")
        let clock = ContinuousClock()
        var known = Duration.seconds(60), unknown = Duration.seconds(60), absurd = Duration.seconds(60)
        for _ in 0..<7 {
            known = min(known, try await clock.measure { _ = try await hasher.verify("wrong", against: hash) })
            unknown = min(unknown, try await clock.measure { _ = try await hasher.verify("wrong", against: nil) })
            absurd = min(absurd, try await clock.measure { _ = try await hasher.verify("", against: hash) })
        }
        #expect(unknown > known * 0.4 && unknown < known * 2.5)
        #expect(absurd > known * 0.4 && absurd < known * 2.5)
    }
}
