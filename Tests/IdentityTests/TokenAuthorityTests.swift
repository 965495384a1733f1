import Crypto
import Foundation
import Tenancy
import Testing

@testable import Identity

@Suite("Access tokens")
struct TokenAuthorityTests {
    let forge = Forge()
    static let member = TokenSubject.member(.random(), .viewer, .random())
    static let admin = TokenSubject.admin(.random())

    @Test(arguments: [member, admin, .member(.random(), .admin, .random()), .member(.random(), .member, .random())])
    func `A token that was issued verifies and says what went in`(_ subject: TokenSubject) throws {
        let issued = try self.forge.authority.issue(subject, audience: "acme.example.com")
        let token = try self.forge.authority.verify(issued.token, audience: "acme.example.com")
        #expect(issued.expiresIn == 900)
        #expect(token.subject == subject)
        #expect(token.audience == "acme.example.com")
        #expect(token.issuedAt == self.forge.clock.now)
        #expect(token.expiresAt == self.forge.clock.now.addingTimeInterval(900))
        #expect(UUID(uuidString: token.id) != nil)
        #expect(issued.token.utf8.count < 1_024)
    }

    @Test func `Header and payload have exactly the members of RFC 9068`() throws {
        let token = try self.forge.authority.issue(Self.member, audience: "acme.example.com").token
        let parts = token.split(separator: ".").map { UnpaddedBase64.url.decode($0.utf8) ?? [] }
        let header = try JSONDecoder().decode([String: String].self, from: Data(parts[0]))
        #expect(header == ["alg": "EdDSA", "typ": "at+jwt", "kid": self.forge.key.kid])
        let payload = try #require(try JSONSerialization.jsonObject(with: Data(parts[1])) as? [String: Any])
        let names: Set = ["iss", "aud", "iat", "nbf", "exp", "jti", "sub", "role", "tenant_id"]
        #expect(Set(payload.keys) == names)
        #expect(payload["iss"] as? String == Forge.issuer)
    }

    @Test func `No two tokens have the same id`() throws {
        let ids = try (0..<50).map { _ in
            let token = try self.forge.authority.issue(Self.admin, audience: "admin.example.com").token
            return try self.forge.authority.verify(token, audience: "admin.example.com").id
        }
        #expect(Set(ids).count == 50)
    }

    @Test func `The hand-made token of these tests is one that is accepted`() throws {
        #expect(self.forge.problem(try self.forge.token()) == nil)
        #expect(try self.forge.problem(["role": #""globalAdmin""#, "tenant_id": nil]) == nil)
    }

    @Test func `Tokens expire, with a few seconds for clocks that differ`() throws {
        let token = try self.forge.authority.issue(Self.member, audience: Forge.audience, lifetime: .seconds(60)).token
        self.forge.clock.advance(64)
        #expect(self.forge.problem(token) == nil)
        self.forge.clock.advance(1)
        #expect(self.forge.problem(token) == .expired)
    }

    @Test func `A token from a clock that runs ahead is taken within the same seconds`() throws {
        let token = try self.forge.authority.issue(Self.member, audience: Forge.audience).token
        self.forge.clock.advance(-5)
        #expect(self.forge.problem(token) == nil)
        self.forge.clock.advance(-1)
        #expect(self.forge.problem(token) == .notYetValid)
    }

    @Test(arguments: [Duration.seconds(0), .seconds(-1), .seconds(901), .milliseconds(900), .seconds(Int64.max)])
    func `No lifetime but 1 to 900 seconds is granted`(_ lifetime: Duration) throws {
        let error = #expect(throws: IdentityError.self) {
            try self.forge.authority.issue(Self.member, audience: "a", lifetime: lifetime)
        }
        #expect(error?.code == .tokenRequest)
    }

    @Test(arguments: ["", "a\"b", "a\\b", "a\nb", "é"])
    func `An audience that would change the form of the token is refused`(_ audience: String) {
        #expect(throws: IdentityError.self) { try self.forge.authority.issue(Self.member, audience: audience) }
    }

    @Test func `A key without its private half cannot sign`() throws {
        let authority = TokenAuthority(issuer: "i", keys: SigningKeySet(current: self.forge.key.verifying))
        #expect(throws: IdentityError.self) { try authority.issue(Self.admin, audience: "a") }
    }

    @Test func `The audience can be left to the caller, and nothing else`() throws {
        let token = try self.forge.authority.issue(Self.member, audience: "globex.example.com").token
        #expect(self.forge.problem(token) == .audience)
        #expect(try self.forge.authority.inspect(token).audience == "globex.example.com")
        #expect(throws: TokenProblem.signature) { try self.forge.authority.inspect(token.dropLast(4) + "AAAA") }
        self.forge.clock.advance(1_000)
        #expect(throws: TokenProblem.expired) { try self.forge.authority.inspect(token) }
    }

    @Test func `A key verifies until it retires`() throws {
        let token = try self.forge.token()
        let leaving = try SigningKey(
            kid: self.forge.key.kid, publicKey: self.forge.key.publicBytes, createdAt: self.forge.clock.now,
            retiresAt: self.forge.clock.now.addingTimeInterval(10))
        self.forge.authority.replace(with: SigningKeySet(current: .generate(), others: [leaving]))
        #expect(self.forge.problem(token) == nil)
        self.forge.clock.advance(10)
        #expect(self.forge.problem(token) == .unknownKey)
    }

    @Test func `The published keys are those in use, without their private halves`() throws {
        let old = SigningKey.generate()
        self.forge.authority.replace(with: SigningKeySet(current: self.forge.key, others: [old]))
        let json = try JSONEncoder().encode(self.forge.authority.publicKeys)
        let set = try JSONDecoder().decode([String: [[String: String]]].self, from: json)
        let keys = try #require(set["keys"])
        #expect(keys.map { $0["kid"] } == [self.forge.key.kid, old.kid])
        #expect(Set(keys[0].keys) == ["kty", "crv", "x", "kid", "alg", "use"])
        #expect(keys[0]["kty"] == "OKP" && keys[0]["crv"] == "Ed25519" && keys[0]["alg"] == "EdDSA")
        #expect(keys[0]["x"].flatMap { UnpaddedBase64.url.decode($0.utf8) } == self.forge.key.publicBytes)
    }

    /// RFC 8037, appendices A.1 to A.5.
    @Test func `Keys and signatures are those of other implementations`() throws {
        let secret = try #require(UnpaddedBase64.url.decode("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A".utf8))
        let key = try SigningKey(kid: "k", privateKey: secret, createdAt: Date())
        let published = JSONWebKeySet(SigningKeySet(current: key)).keys[0].x
        #expect(published == "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo")
        let input = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc"
        let signature = "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"
        let bytes = try #require(UnpaddedBase64.url.decode(signature.utf8))
        #expect(key.verifying.publicKey.isValidSignature(bytes, for: Array(input.utf8)))
    }

    @Test func `Many verify at the same time while keys are replaced`() async throws {
        let token = try self.forge.token()
        let authority = self.forge.authority
        let key = self.forge.key
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    for _ in 0..<200 { _ = try authority.verify(token, audience: Forge.audience) }
                }
            }
            group.addTask {
                for _ in 0..<200 {
                    authority.replace(with: SigningKeySet(current: .generate(), others: [key]))
                }
            }
            try await group.waitForAll()
        }
    }

    @Test func `Subjects name their tenant and their principal`() {
        let user = UserID.random(), tenant = TenantID.random(), admin = AdminID.random()
        #expect(TokenSubject.member(user, .viewer, tenant).tenant == tenant)
        #expect(TokenSubject.member(user, .viewer, tenant).principal == .member(user, .viewer))
        #expect(TokenSubject.admin(admin).tenant == nil)
        #expect(TokenSubject.admin(admin).principal == .admin(admin))
    }
}
