import DNSTestSupport
import Foundation
import LocalServers
import Postgres
import TestSupport
import Testing

/// Several servers with one certificate: one gets and renews it, all show it.
@Suite struct CertificateReplicaTests {
    /// `GET /api/admin/certificates`.
    private struct Certificates: Decodable {
        struct Certificate: Decodable {
            let source: String
            let state: String
            let names: [String]
            let issuer: String
            let serial: String
        }

        let data: [Certificate]
    }

    @Test(.timeLimit(.minutes(3))) func oneServerRenewsAndAllShowIt() async throws {
        var options = PebbleServer.Options()
        // Renewed when a third is left; the authority remembers the proof, so that this is a matter of moments.
        options.validity = 45
        options.reusedAuthorizations = 100
        try await CertifiedDeployment.use(options: options) { place in
            let servers = [try await place.deployment.serve("api"), try await place.deployment.serve("api")]
            for server in servers { #expect(try await server.readiness().status == 503) }
            let worker = try await place.deployment.serve("worker", ["TLS_PROBE": "127.0.0.1:\(servers[1].port)"])
            for server in servers { try await place.waitUntilReady(server) }
            #expect(try await worker.readiness().status == 200)
            let callers = [
                try await place.deployment.signIn(over: place.caller(servers[0])),
                try await place.deployment.signIn(over: place.caller(servers[1])),
            ]
            let first = try await Self.certificate(callers[0])
            #expect(try await Self.certificate(callers[1]).serial == first.serial)
            #expect(first.source == "acme" && first.state == "valid" && first.issuer.contains("Pebble"))
            #expect(Set(first.names) == ["*.\(Deployment.domain)", Deployment.domain])
            #expect(try place.authority.count(of: "Added order") == 1)

            let kept = try KeptConnection(to: servers[0].port, host: "admin.\(Deployment.domain)", root: place.root)
            defer { kept.end() }
            #expect(try await kept.get("/.well-known/jwks.json") == "200")
            let answer = try await callers[0].begin("proven", headers: ["Prefer": "wait=30"])
            #expect(answer.status == 201, "\(answer.testDescription)")
            let tenant = try answer.decoded(HTTPCaller.Tenant.self).id
            let seen = try await callers[0].provisioning(tenant).evidence("certificate")
            #expect(seen.handshake?.isTrusted == true)

            for caller in callers {
                try await eventually(within: .seconds(60)) {
                    // None if the machine is so busy that the first one runs out.
                    let shown = try? await Self.certificate(caller)
                    return shown.map { $0.serial != first.serial } ?? false
                }
            }
            let second = try await Self.certificate(callers[0])
            #expect(try await Self.certificate(callers[1]).serial == second.serial)
            #expect(second.state == "valid")
            #expect(try place.authority.count(of: "Added order") == 2)
            // The same connection, made under the first certificate.
            #expect(try await kept.get("/.well-known/jwks.json") == "200")
            #expect(kept.isOpen)
            for server in servers { #expect(try await server.readiness().status == 200) }
            try await place.deployment.asSuperuser { try await Self.expectSealed($0) }
            for server in servers + [worker] { #expect(try await server.terminate() == .exited(0)) }
        }
    }

    /// No key is readable in the catalog.
    private static func expectSealed(_ client: PostgresClient) async throws {
        let readable = try await client.number(
            """
            SELECT count(*)::int FROM bulkhead.certificates
            WHERE position('PRIVATE KEY' IN concat(chain, encode(sealed_key, 'escape'), state,
                encode(sealed_account, 'escape'))) > 0
            """)
        #expect(readable == 0)
        #expect(try await client.number("SELECT count(*)::int FROM bulkhead.certificates") == 1)
    }

    private static func certificate(_ caller: AdminCaller) async throws -> Certificates.Certificate {
        let answer = try await caller.send("/api/admin/certificates")
        try #require(answer.status == 200, "\(answer.testDescription)")
        let certificates = try answer.decoded(Certificates.self).data
        try #require(certificates.count == 1)
        return certificates[0]
    }
}

/// One connection over TLS that stays open between requests.
private final class KeptConnection: Sendable {
    private let process: GuardedProcess
    private let requests: FileHandle
    private let folder: URL
    private let host: String

    init(to port: Int, host: String, root: URL) throws {
        self.host = host
        self.folder = TestPostgres.temporaryFolder()
        try FileManager.default.createDirectory(at: self.folder, withIntermediateDirectories: true)
        let pipe = self.folder.appendingPathComponent("requests")
        try #require(mkfifo(pipe.path, 0o600) == 0)
        self.process = try GuardedProcess(
            [
                "/bin/sh", "-c",
                "exec openssl s_client -quiet -verify_quiet -verify_return_error -servername \(host) "
                    + "-verify_hostname \(host) -CAfile '\(root.path)' -connect 127.0.0.1:\(port) <'\(pipe.path)'",
            ], user: nil, log: self.folder.appendingPathComponent("answers"), lastSignal: "KILL",
            removing: [self.folder])
        // Open in both directions: does not wait for the reader.
        self.requests = try FileHandle(forUpdating: pipe)
    }

    /// Whether neither side has ended it.
    var isOpen: Bool { self.process.status == nil }

    /// Sends a request and waits for the answer.
    ///
    /// - Returns: its status.
    func get(_ path: String) async throws -> Substring {
        let before = try self.statuses().count
        let request = "GET \(path) HTTP/1.1\r\nHost: \(self.host)\r\n\r\n"
        try self.requests.write(contentsOf: Data(request.utf8))
        try await eventually(within: .seconds(20)) { try self.statuses().count > before || !self.isOpen }
        return try #require(try self.statuses().dropFirst(before).first)
    }

    func end() { self.process.signal("KILL") }

    /// The statuses of all answers; each begins right behind the body of the one before.
    private func statuses() throws -> [Substring] {
        let answers = try String(contentsOf: self.folder.appendingPathComponent("answers"), encoding: .utf8)
        return answers.components(separatedBy: "HTTP/1.1 ").dropFirst().map { $0.prefix(3) }
    }
}
