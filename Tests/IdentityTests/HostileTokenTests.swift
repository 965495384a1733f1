import Crypto
import Foundation
import Tenancy
import Testing

@testable import Identity

/// Every way that RFC 8725 names, and some more, to be taken for somebody else.
///
/// All tokens carry a signature that is right for their bytes unless the test says otherwise: the form alone has to
/// refuse them.
@Suite("Hostile tokens")
struct HostileTokenTests {
    let forge = Forge()

    @Test(arguments: [
        "none", "None", "NONE", "nOnE", "HS256", "RS256", "ES256", "Ed25519", "eddsa", "EDDSA", "EdDSA ", "",
    ])
    func `No other algorithm is taken, whether the signature is right, empty or a MAC`(_ alg: String) throws {
        let header = #"{"alg":"\#(alg)","kid":"\#(self.forge.key.kid)","typ":"at+jwt"}"#
        #expect(try self.forge.problem(header: header) == .algorithm)
        let input = Forge.encoded(header) + "." + Forge.encoded(self.forge.payload())
        #expect(self.forge.problem(input + ".") == .algorithm)
        let mac = HMAC<SHA256>.authenticationCode(
            for: Data(input.utf8), using: SymmetricKey(data: self.forge.key.publicBytes))
        #expect(self.forge.problem(input + "." + UnpaddedBase64.url.encode(Array(mac))) == .algorithm)
    }

    @Test(arguments: [#""alg":null,"#, #""alg":["EdDSA"],"#, #""alg":1,"#, ""])
    func `An algorithm that is no string is none`(_ alg: String) throws {
        let header = #"{\#(alg)"kid":"\#(self.forge.key.kid)","typ":"at+jwt"}"#
        #expect(try self.forge.problem(header: header) != nil)
    }

    @Test(arguments: [
        "../../../../dev/null", "' UNION SELECT 'k'--", "", " ", "0000000000000000", "https://evil.example/key",
        String(repeating: "k", count: 2_000),
    ])
    func `A key is only ever looked up among those in use`(_ kid: String) throws {
        #expect(try self.forge.problem(header: #"{"alg":"EdDSA","kid":"\#(kid)","typ":"at+jwt"}"#) == .unknownKey)
    }

    @Test func `A key name with a NUL, without end, of another type or another key type is refused`() throws {
        let kid = self.forge.key.kid
        let names = [
            "\"\(kid)\u{0}\"", "\"\(kid)\\u0000\"", "\"\(String(repeating: "k", count: 10_000))\"", "1", "null",
            "[\"\(kid)\"]", "{}", "\"\(kid)",
        ]
        for name in names {
            #expect(try self.forge.problem(header: #"{"alg":"EdDSA","kid":\#(name),"typ":"at+jwt"}"#) == .malformed)
        }
        let other = SigningKey.generate()
        let header = #"{"alg":"EdDSA","kid":"\#(other.kid)","typ":"at+jwt"}"#
        #expect(self.forge.problem(try self.forge.token(header: header, key: other)) == .unknownKey)
        #expect(self.forge.problem(try self.forge.token(key: other)) == .signature)
    }

    @Test(arguments: [
        #""jwk":{"kty":"OKP"}"#, #""jwk":"x""#, #""jku":"http://127.0.0.1:9999/jwks""#,
        #""x5u":"http://127.0.0.1:9999/c""#, #""x5c":["MIIB"]"#, #""x5c":"MIIB""#, #""x5t":"x""#, #""crit":["exp"]"#,
        #""crit":["unknown"]"#, #""crit":[]"#, #""b64":false"#, #""b64":"false""#, #""cty":"JWT""#, #""zip":"DEF""#,
        #""enc":"A256GCM""#, #""nonce":"1""#, #""alg ":"none""#,
    ])
    func `A header with any further member is refused`(_ member: String) throws {
        let header = #"{"alg":"EdDSA","kid":"\#(self.forge.key.kid)","typ":"at+jwt",\#(member)}"#
        #expect(try self.forge.problem(header: header) == .malformed)
    }

    @Test func `A key that the token brings along is not used`() throws {
        let own = SigningKey.generate()
        let jwk = #"{"kty":"OKP","crv":"Ed25519","x":"\#(UnpaddedBase64.url.encode(own.publicBytes))"}"#
        let header = #"{"alg":"EdDSA","kid":"\#(own.kid)","typ":"at+jwt","jwk":\#(jwk)}"#
        #expect(self.forge.problem(try self.forge.token(header: header, key: own)) == .malformed)
    }

    @Test func `Duplicate members are refused, in the header and in the payload, spelled in whatever way`() throws {
        let kid = self.forge.key.kid
        let headers = [
            #"{"alg":"EdDSA","alg":"EdDSA","kid":"\#(kid)","typ":"at+jwt"}"#,
            #"{"alg":"none","kid":"\#(kid)","typ":"at+jwt","alg":"EdDSA"}"#,
            #"{"\u0061lg":"none","alg":"EdDSA","kid":"\#(kid)","typ":"at+jwt"}"#,
        ]
        for header in headers { #expect(try self.forge.problem(header: header) == .malformed) }
        let payload = String(self.forge.payload().dropLast())
        for member in self.forge.claims {
            #expect(try self.forge.problem(payload: payload + ",\"\(member.key)\":\(member.value)}") == .malformed)
        }
        #expect(try self.forge.problem(payload: payload + #","\u0072ole":"admin"}"#) == .malformed)
    }

    @Test func `The audience is exactly one text, exactly ours`() throws {
        let ours = Forge.audience
        let texts: [String?] = [
            nil, #""""#, #""acme.example.com.evil""#, #""acme.example.com.""#, #""ACME.example.com""#,
            #"" acme.example.com""#, #""evil.acme.example.com""#, #""example.com""#, #""acme.example.com,b""#,
        ]
        for text in texts { #expect(try self.forge.problem(["aud": text]) == .audience) }
        for value in [#"["\#(ours)"]"#, #"["\#(ours)","b"]"#, "[]", "null", "{}", #"{"\#(ours)":1}"#] {
            #expect(try self.forge.problem(["aud": value]) == .malformed)
        }
        #expect(try self.forge.problem(["aud": "1"]) == .audience)
        let token = try self.forge.token()
        for audience in ["acme.example.co", "acme.example.com ", "", "globex.example.com"] {
            #expect(self.forge.problem(token, audience: audience) == .audience)
        }
    }

    @Test(arguments: [
        #""https://staging.bulkhead.example.com""#, #""https://bulkhead.example.com/""#, #""""#, "1", nil,
        #""HTTPS://bulkhead.example.com""#,
    ])
    func `A token of another issuer is refused, though the key be the same`(_ issuer: String?) throws {
        #expect(try self.forge.problem(["iss": issuer]) == .issuer)
    }

    @Test(arguments: ["exp", "nbf", "iat"])
    func `Times are whole seconds of this era`(_ claim: String) throws {
        let now = "\(self.forge.now)"
        for value in ["\"\(now)\"", nil] { #expect(try self.forge.problem([claim: value]) == .claims) }
        for value in ["0", "1", "99999999999", "\(now)000"] {
            #expect(try self.forge.problem([claim: value]) == .claims)
        }
        for value in [
            "-1", "-\(now)", now + ".0", now + ".5", "1e400", "1.7e9", "1E9", "0" + now, "+" + now, "true",
            "null", "[\(now)]", "NaN", "Infinity", "9223372036854775808", "0x6655", String(repeating: "9", count: 400),
        ] {
            #expect(try self.forge.problem([claim: value]) == .malformed)
        }
    }

    @Test func `Times that have passed, have not come or make no sense are refused`() throws {
        let now = self.forge.now
        func changed(iat: Int = 0, nbf: Int = 0, exp: Int = 900) throws -> TokenProblem? {
            try self.forge.problem(["iat": "\(now + iat)", "nbf": "\(now + nbf)", "exp": "\(now + exp)"])
        }
        #expect(try changed() == nil)
        #expect(try changed(iat: -4_500, nbf: -4_500, exp: -3_600) == .expired)
        #expect(try changed(nbf: 3_600) == .claims)
        #expect(try changed(iat: 3_600, nbf: 3_600, exp: 4_500) == .notYetValid)
        #expect(try changed(iat: 3_600, exp: 4_500) == .notYetValid)
        #expect(try changed(nbf: 600) == .notYetValid)
        #expect(try changed(exp: 901) == .claims)
        #expect(try changed(exp: 86_400 * 365) == .claims)
        #expect(try changed(exp: 0) == .claims)
        #expect(try changed(iat: 100, exp: 50) == .claims)
    }

    @Test(arguments: [
        "JWT", "jwt", "at+JWT", "AT+JWT", "application/at+jwt", "id+jwt", "reset+jwt", "refresh", "", "at+jwt ",
    ])
    func `A token made for something else is refused`(_ type: String) throws {
        #expect(
            try self.forge.problem(header: #"{"alg":"EdDSA","kid":"\#(self.forge.key.kid)","typ":"\#(type)"}"#) == .type
        )
    }

    @Test func `A token without a type, and an opaque one, are refused`() throws {
        #expect(try self.forge.problem(header: #"{"alg":"EdDSA","kid":"\#(self.forge.key.kid)"}"#) == .type)
        #expect(self.forge.problem(OpaqueToken.random().text) == .malformed)
    }

    @Test func `A signature has one spelling`() throws {
        let token = try self.forge.token()
        let parts = token.split(separator: ".").map(String.init)
        let signature = try #require(UnpaddedBase64.url.decode(parts[2].utf8))
        #expect(parts[2].utf8.count == 86)
        // The last digit carries four bits that no byte uses.
        let last = try #require(parts[2].last)
        for other in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_" where other != last {
            #expect(self.forge.problem(String(token.dropLast()) + String(other)) != nil)
        }
        for spelling in [token + "=", token + "==", token + "\n", " " + token, token + " ", token + "."] {
            #expect(self.forge.problem(spelling) == .malformed)
        }
        // s + L is the same number modulo the order of the group (RFC 8032, section 8.4).
        let order = bytes("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010")
        var carry = 0
        var raised = signature
        for (index, byte) in order.enumerated() {
            let sum = Int(signature[32 + index]) + Int(byte) + carry
            raised[32 + index] = UInt8(sum & 0xFF)
            carry = sum >> 8
        }
        #expect(raised != signature)
        #expect(self.forge.problem("\(parts[0]).\(parts[1]).\(UnpaddedBase64.url.encode(raised))") == .signature)
        for length in [0, 1, 63, 65, 128] {
            let cut = UnpaddedBase64.url.encode(Array((signature + signature).prefix(length)))
            #expect(self.forge.problem("\(parts[0]).\(parts[1]).\(cut)") == .signature)
        }
    }

    @Test func `Nothing under the signature can be edited`() throws {
        let parts = try self.forge.token().split(separator: ".").map(String.init)
        let edits: [[String: String?]] = [
            ["role": #""admin""#], ["role": #""globalAdmin""#, "tenant_id": nil],
            ["tenant_id": #""3190a6e1-5d2b-7c3d-8e4f-a1b2c3d4e5f6""#], ["exp": "\(self.forge.now + 899)"],
        ]
        for edit in edits {
            let payload = Forge.encoded(self.forge.payload(edit))
            #expect(self.forge.problem("\(parts[0]).\(payload).\(parts[2])") == .signature)
        }
        let spaced = Forge.encoded(self.forge.header + " ")
        #expect(self.forge.problem("\(spaced).\(parts[1]).\(parts[2])") == .signature)
        let other = try self.forge.token(payload: self.forge.payload(["role": #""viewer""#]))
        #expect(self.forge.problem("\(parts[0]).\(parts[1]).\(other.split(separator: ".")[2])") == .signature)
    }

    @Test func `Every bit of a token counts`() throws {
        let token = Array(try self.forge.token().utf8)
        for index in token.indices {
            var changed = token
            changed[index] ^= 1
            #expect(self.forge.problem(String(decoding: changed, as: UTF8.self)) != nil)
        }
    }

    @Test func `A token has three parts of base64url and a bounded length`() throws {
        let token = try self.forge.token()
        let parts = token.split(separator: ".").map(String.init)
        let shapes = [
            "", ".", "..", "...", parts[0], "\(parts[0]).\(parts[1])", ".\(parts[1]).\(parts[2])",
            "\(parts[0])..\(parts[2])", token + "." + parts[2], token + ".." + parts[2], "Bearer " + token,
            "\(parts[0])=.\(parts[1]).\(parts[2])", token.replacing(".", with: ","), token + "\u{0}", "é.é.é",
            String(repeating: ".", count: 5_000), String(repeating: "A", count: 10_000_000),
        ]
        for shape in shapes { #expect(self.forge.problem(shape) == .malformed) }
        let long = try self.forge.token(
            payload: self.forge.payload(["aud": "\"" + String(repeating: "a", count: 4_096) + "\""]))
        #expect(self.forge.problem(long, audience: String(repeating: "a", count: 4_096)) == .malformed)
    }

    @Test(arguments: ["sub", "jti", "role", "iat", "nbf", "exp"])
    func `No claim may be missing, be of another type or be empty`(_ claim: String) throws {
        #expect(try self.forge.problem([claim: nil]) == .claims)
        #expect(try self.forge.problem([claim: #""""#]) == .claims)
        for value in ["null", "true", "{}", "[]"] { #expect(try self.forge.problem([claim: value]) == .malformed) }
    }

    @Test func `Ids are UUIDs in their one form`() throws {
        for claim in ["sub", "jti", "tenant_id"] {
            let id = "0190a6e1-5d2b-7c3d-8e4f-a1b2c3d4e5f6"
            for text in [id.uppercased(), String(id.dropLast()), id + "0", "{\(id)}", id.replacing("-", with: ""), "1"]
            {
                #expect(try self.forge.problem([claim: "\"\(text)\""]) == .claims)
            }
            #expect(try self.forge.problem([claim: "7"]) == .claims)
        }
    }

    @Test func `Members have a tenant, administrators have none, and there are no other roles`() throws {
        #expect(try self.forge.problem(["tenant_id": nil]) == .claims)
        #expect(try self.forge.problem(["role": #""globalAdmin""#]) == .claims)
        for role in ["owner", "Admin", "global_admin", "globaladmin", "admin ", "system"] {
            #expect(try self.forge.problem(["role": "\"\(role)\""]) == .claims)
            #expect(try self.forge.problem(["role": "\"\(role)\"", "tenant_id": nil]) == .claims)
        }
        #expect(try self.forge.problem(["role": #"["admin"]"#]) == .malformed)
    }

    @Test func `Unknown claims are refused`() throws {
        for claim in ["scope", "azp", "cnf", "act", "tenant", "Role"] {
            #expect(try self.forge.problem([claim: #""x""#]) == .claims)
        }
        #expect(try self.forge.problem(["extra": "1", "role": #""globalAdmin""#, "tenant_id": nil]) == .claims)
    }
}
