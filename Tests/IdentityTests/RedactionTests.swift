import Foundation
import Testing

@testable import Identity

@Suite("Secrets do not show")
struct RedactionTests {
    static func shown(_ value: Any) -> String {
        var dumped = ""
        dump(value, to: &dumped)
        return "\(value) \(String(describing: value)) \(String(reflecting: value)) \(dumped)"
    }

    @Test func `Descriptions, mirrors and dumps of what holds a secret hide it`() throws {
        let token = OpaqueToken.random()
        #expect(!Self.shown(token).contains(token.text))
        #expect(!Self.shown([token]).contains(token.text))
        let context = ContextKey(kid: "0123456789abcdef", secret: RandomBytes.make(32), createdAt: Date())
        #expect(!Self.shown(context).contains("secret"))
        #expect(Self.shown(context).contains("0123456789abcdef"))
        let key = SigningKey.generate()
        #expect(Self.shown(key).contains(key.kid))
        #expect(!Self.shown(key).lowercased().contains("private"))
        #expect(!Self.shown(SigningKeySet(current: key)).lowercased().contains("private"))
        #expect(!Self.shown(try SecretSeal(secret: RandomBytes.make(32))).contains("SymmetricKey"))
        let sealed = SealedKey(
            kid: "k", purpose: .token, publicKey: nil, sealed: [1, 2, 3], createdAt: Date(), retiredAt: nil)
        #expect("\(sealed)" == "SealedKey(token k)")
    }

    @Test func `Errors tell strangers only their kind, and operators the rest`() {
        let cause = IdentityError(.hashing, "inner")
        let error = IdentityError(.secretFile, "the secret file /etc/secret is missing", cause: cause)
        #expect("\(error)" == "IdentityError(secretFile)")
        #expect(String(reflecting: error).contains("/etc/secret"))
        #expect(String(reflecting: error).contains("inner"))
        #expect("\(TokenProblem.unknownKey)" == "unknownKey")
    }
}
