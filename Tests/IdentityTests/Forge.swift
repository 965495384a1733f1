import Crypto
import Foundation
import Tenancy

@testable import Identity

/// Makes tokens of any form, signed by a real key: what an attacker, or another issuer with our key, could send.
struct Forge {
    static let issuer = "https://bulkhead.example.com"
    static let audience = "acme.example.com"

    let clock = TurnedClock()
    let key = SigningKey.generate()
    let authority: TokenAuthority

    init() {
        let clock = self.clock
        self.authority = TokenAuthority(
            issuer: Self.issuer, keys: SigningKeySet(current: self.key), now: { clock.now })
    }

    var now: Int { Int(self.clock.now.timeIntervalSince1970) }

    var header: String { #"{"alg":"EdDSA","kid":"\#(self.key.kid)","typ":"at+jwt"}"# }

    /// The members of a payload that is accepted, as JSON texts by name.
    var claims: [String: String] {
        [
            "iss": #""\#(Self.issuer)""#, "aud": #""\#(Self.audience)""#, "iat": "\(self.now)", "nbf": "\(self.now)",
            "exp": "\(self.now + 900)", "jti": #""0190a6e1-5d2b-7c3d-8e4f-a1b2c3d4e5f6""#,
            "sub": #""1190a6e1-5d2b-7c3d-8e4f-a1b2c3d4e5f6""#, "role": #""member""#,
            "tenant_id": #""2190a6e1-5d2b-7c3d-8e4f-a1b2c3d4e5f6""#,
        ]
    }

    /// The payload with some members replaced, added or (nil) left out.
    func payload(_ changes: [String: String?] = [:]) -> String {
        let members = self.claims.merging(changes.compactMapValues { $0 }) { $1 }
            .filter { changes[$0.key] != .some(nil) }
        return "{" + members.sorted { $0.key < $1.key }.map { "\"\($0.key)\":\($0.value)" }.joined(separator: ",") + "}"
    }

    /// A token of this header and payload, with a signature that is right.
    func token(header: String? = nil, payload: String? = nil, key: SigningKey? = nil) throws -> String {
        let input = Self.encoded(header ?? self.header) + "." + Self.encoded(payload ?? self.payload())
        let pair = key ?? self.key
        guard let privateKey = pair.privateKey else { throw TokenProblem.signature }
        return input + "." + UnpaddedBase64.url.encode(Array(try privateKey.signature(for: Data(input.utf8))))
    }

    /// What the authority says about a token; nil if it takes it.
    func problem(_ token: String, audience: String = Forge.audience) -> TokenProblem? {
        do throws(TokenProblem) {
            _ = try self.authority.verify(token, audience: audience)
            return nil
        } catch {
            return error
        }
    }

    func problem(header: String) throws -> TokenProblem? { self.problem(try self.token(header: header)) }

    func problem(payload: String) throws -> TokenProblem? { self.problem(try self.token(payload: payload)) }

    func problem(_ changes: [String: String?]) throws -> TokenProblem? {
        try self.problem(payload: self.payload(changes))
    }

    static func encoded(_ text: String) -> String { UnpaddedBase64.url.encode(Array(text.utf8)) }
}
