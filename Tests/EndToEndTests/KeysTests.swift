import Foundation
import TestSupport
import Testing

/// Rotation of keys under a running server.
@Suite struct KeysTests {
    private struct Key: Decodable {
        let kid: String
        let purpose: String
        let state: String
    }

    private struct Keys: Decodable {
        let keys: [Key]
    }

    private struct Rotation: Decodable {
        let kid: String
    }

    @Test(.timeLimit(.minutes(4))) func tokensOutliveRotationAndServersFollow() async throws {
        try await Development.use { development in
            let caller = HTTPCaller(port: development.ready.port)
            let before = try await caller.signIn(development.ready)
            let old = try Self.keyID(of: before)
            let rotated = try await development.run("keys", "rotate", "token", "--json").decoded(Rotation.self)
            for purpose in ["context", "database"] {
                let outcome = try await development.run("keys", "rotate", purpose)
                #expect(outcome.status == 0, "\(outcome.testDescription)")
            }
            // The server reads its keys every 30 seconds.
            try await eventually(within: .seconds(60)) {
                try Self.keyID(of: try await caller.signIn(development.ready)) == rotated.kid
            }
            #expect(try await caller.send("/api/admin/tenants", token: before).status == 200)
            // Provisioning and sessions go on with the new context keys.
            #expect(try await caller.create("pied-piper", token: before).status == 201)

            let early = try await development.run("keys", "retire", old)
            #expect(early.status == 1 && early.says("--force"), "\(early.testDescription)")
            #expect(try await development.run("keys", "retire", rotated.kid, "--force").status == 1)
            #expect(try await development.run("keys", "retire", old, "--force").status == 0)
            #expect(try await development.run("keys", "retire", "0000000000000000").status == 1)
            let keys = try await development.run("keys", "list", "--json").decoded(Keys.self).keys
            #expect(keys.first { $0.kid == old }?.state == "retired")
            #expect(keys.first { $0.kid == rotated.kid }?.state == "current")
            try await eventually(within: .seconds(60)) {
                try await caller.send("/api/admin/tenants", token: before).status == 401
            }
            #expect(try await development.run("doctor").status == 0)
        }
    }

    /// The `kid` in the header of a token.
    private static func keyID(of token: String) throws -> String {
        struct Header: Decodable {
            let kid: String
        }
        let part = token.split(separator: ".")[0].replacing("-", with: "+").replacing("_", with: "/")
        let padded = part + String(repeating: "=", count: (4 - part.count % 4) % 4)
        return try JSONDecoder().decode(Header.self, from: try #require(Data(base64Encoded: String(padded)))).kid
    }
}
