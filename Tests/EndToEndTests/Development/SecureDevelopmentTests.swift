import Foundation
import Testing

/// `bulkhead dev --tls`: HTTPS on this machine, with an authority of its own.
@Suite struct SecureDevelopmentTests {
    private struct Certificates: Decodable {
        struct Certificate: Decodable {
            let source: String
            let state: String
            let names: [String]
        }

        let data: [Certificate]
    }

    @Test(.timeLimit(.minutes(3))) func whoTrustsTheAuthorityReachesAdminAndTenantsByHTTPS() async throws {
        try await Development.withFolder { data in
            let root = data.appendingPathComponent("tls/ca.pem")
            let first = try await Development.start(in: data, arguments: ["--tls"])
            #expect(first.ready.adminURL == "https://localhost:\(first.ready.port)")
            let authority = try String(contentsOf: root, encoding: .utf8)
            let caller = SecureCaller(port: first.ready.port, root: root)
            let token = try await Self.signIn(caller, first.ready)
            let created = try await caller.send(
                "/api/admin/tenants", host: "admin.localhost", token: token, headers: ["Prefer": "wait=30"],
                json: [
                    "name": "Acme", "subdomain": "acme", "tier": "standard", "adminEmail": "ada@acme.example",
                ])
            try #require(created.status == 201, "\(created.testDescription)")
            let tenant = try created.decoded(HTTPCaller.Tenant.self)
            #expect(tenant.url.hasPrefix("https://acme.localhost:\(first.ready.port)"))
            try await Self.expectTenantServed(first.ready.port, root)
            let shown = try await caller.send("/api/admin/certificates", host: "localhost", token: token)
            let certificate = try #require(try shown.decoded(Certificates.self).data.first)
            #expect(certificate.source == "development" && certificate.state == "valid")
            #expect(certificate.names.contains("acme.localhost"))
            try await Self.expectAdvice(first, root)
            #expect(try await first.stop(SIGINT) == 0)

            // The next start: the same authority, and tenants from the first moment on.
            let second = try await Development.start(in: data, arguments: ["--tls"])
            try await Self.expectTenantServed(second.ready.port, root)
            #expect(try String(contentsOf: root, encoding: .utf8) == authority)
            #expect(try await second.stop(SIGINT) == 0)

            try await Self.expectComplaint(data, root)
        }
    }

    private static func signIn(_ caller: SecureCaller, _ ready: Development.Ready) async throws -> String {
        let answer = try await caller.send(
            "/api/admin/sessions", host: "localhost",
            json: ["email": ready.adminEmail, "password": ready.adminPassword])
        try #require(answer.status == 200, "\(answer.testDescription)")
        // A browser that was told would refuse plain HTTP to every other program on this machine.
        #expect(answer.headers["strict-transport-security"] == nil)
        return try answer.decoded(HTTPCaller.Session.self).accessToken
    }

    /// With both protocols; that nobody is signed in is the answer of the API itself.
    private static func expectTenantServed(_ port: Int, _ root: URL) async throws {
        for (wire, line) in [(SecureCaller.Wire.http1, "HTTP/1.1 401"), (.http2, "HTTP/2 401")] {
            let answer = try await SecureCaller(port: port, root: root, wire: wire)
                .send("/api/tenant/clients", host: "acme.localhost")
            #expect(answer.headers[":line"]?.hasPrefix(line) == true, "\(answer.headers)")
            #expect(answer.headers["strict-transport-security"] == nil)
        }
    }

    private static func expectAdvice(_ development: Development, _ root: URL) async throws {
        let advice = try await development.run("certs", "trust")
        #expect(advice.status == 0 && advice.output.contains(root.path), "\(advice.testDescription)")
        let long = advice.output.split(separator: "\n").filter { $0.count > 80 && !$0.contains(root.path) }
        #expect(long.isEmpty)
        let json = try await development.run("certs", "trust", "--json")
        let object = try #require(try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any])
        #expect(object["certificate"] as? String == root.path && object["base"] as? String == "localhost")
    }

    /// An authority that is damaged is no reason to crash.
    private static func expectComplaint(_ data: URL, _ root: URL) async throws {
        try Data("nonsense".utf8).write(to: root)
        let outcome = try await BuiltCommand.run(["dev", "--tls", "--port", "0", "--data", data.path, "--json"])
        #expect(outcome.status == 1, "\(outcome.testDescription)")
        #expect(outcome.says("holds no authority that can be used: the certificate chain holds no certificate"))
        #expect(outcome.says("Remove the folder to start anew"))
        let trust = try await BuiltCommand.run(["certs", "trust", "--data", data.path])
        #expect(trust.status == 1 && trust.says("Remove the folder to start anew"))
    }
}
