import AsyncHTTPClient
import Certificates
import Foundation
import NIOCore
import NIOHTTP1
import NIOSSL
import Synchronization
import TLS
import Testing

@testable import LocalServers

@Suite(.timeLimit(.minutes(2))) struct ReloadTests {
    /// What the clients share.
    private final class Load: Sendable {
        let isOver = Atomic(false)
        let failures = Mutex<[String]>([])

        func fail(_ text: String) { self.failures.withLock { $0.append(text) } }
    }

    @Test func nothingIsDroppedWhenTheCertificateIsExchangedUnderLoad() async throws {
        let authority = try Authority()
        let (live, answers, load) = (try authority.live(), Answers(), Load())
        let bundles = try (0..<40).map { _ in try authority.good() }
        let counts = try await SecureServer.use(.secure(live), answers) { server in
            async let stream = Curl.get("/stream", port: server.port, trusting: authority.pem, "--http1.1")
            await answers.gate.waitForArrival()
            let counts = try await withThrowingTaskGroup(of: Int.self) { tasks in
                for _ in 0..<3 {
                    tasks.addTask { try await Self.newConnections(server.port, authority.pem, load) }
                    tasks.addTask { try await Self.keptConnection(server.port, authority.pem, load) }
                    tasks.addTask { try await Self.http2(server.port, authority.pem, load) }
                }
                try await Self.exchange(bundles, live, server.port, authority.pem)
                load.isOver.store(true, ordering: .relaxed)
                return try await tasks.reduce(into: []) { $0.append($1) }
            }
            // The stream began with a certificate that forty others have followed.
            await answers.gate.open()
            #expect(try await stream.body == "first\nlast\n")
            return counts
        }
        #expect(load.failures.withLock { $0 } == [])
        #expect(counts.count == 9 && counts.allSatisfy { $0 > 5 }, "\(counts)")
    }

    private static func exchange(
        _ bundles: [CertificateBundle], _ live: LiveCertificate, _ port: Int, _ authority: String
    ) async throws {
        let probe = HandshakeProbe(trusting: try TrustRoots(pem: authority))
        for bundle in bundles {
            try live.replace(with: bundle)
            let seen = try await probe.run(for: "acme.saas.test", at: "127.0.0.1", port: port, within: .seconds(20))
            #expect(seen.serial == bundle.serial)
        }
    }

    /// A connection a request.
    private static func newConnections(_ port: Int, _ authority: String, _ load: Load) async throws -> Int {
        let client = try RawConnection.client(trusting: authority, protocols: ["http/1.1"])
        var count = 0
        while !load.isOver.load(ordering: .relaxed) {
            do {
                let text = try await RawConnection.use(port: port, tls: client) { connection in
                    try await connection.send("GET / HTTP/1.1\r\nHost: acme.saas.test\r\nConnection: close\r\n\r\n")
                    return try await connection.read { $0.hasSuffix("hello\n") }
                }
                if text.hasPrefix("HTTP/1.1 200 OK") { count += 1 } else { load.fail(text) }
            } catch {
                load.fail("new connection: \(error)")
            }
        }
        return count
    }

    /// Many requests on one connection.
    private static func keptConnection(_ port: Int, _ authority: String, _ load: Load) async throws -> Int {
        let client = try RawConnection.client(trusting: authority, protocols: ["http/1.1"])
        return try await RawConnection.use(port: port, tls: client) { connection in
            var count = 0
            while !load.isOver.load(ordering: .relaxed) {
                try await connection.send("GET / HTTP/1.1\r\nHost: acme.saas.test\r\n\r\n")
                let text = try await connection.read { $0.hasSuffix("hello\n") }
                if text.hasPrefix("HTTP/1.1 200 OK") { count += 1 } else { load.fail("kept connection: \(text)") }
            }
            return count
        }
    }

    /// Streams of one HTTP/2 connection.
    private static func http2(_ port: Int, _ authority: String, _ load: Load) async throws -> Int {
        var configuration = HTTPClient.Configuration()
        configuration.tlsConfiguration = .makeClientConfiguration()
        configuration.tlsConfiguration?.trustRoots = .certificates(
            try NIOSSLCertificate.fromPEMBytes(Array(authority.utf8)))
        configuration.dnsOverride = ["acme.saas.test": "127.0.0.1"]
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        var count = 0
        while !load.isOver.load(ordering: .relaxed) {
            do {
                let request = HTTPClientRequest(url: "https://acme.saas.test:\(port)/")
                let answer = try await client.execute(request, timeout: .seconds(20))
                let body = String(buffer: try await answer.body.collect(upTo: 100))
                if answer.version == .http2, body == "hello\n" { count += 1 } else { load.fail("\(answer) \(body)") }
            } catch {
                load.fail("HTTP/2: \(error)")
            }
        }
        try await client.shutdown()
        return count
    }

    @Test func sessionsOfAnEarlierCertificateAreNotResumed() async throws {
        let authority = try Authority()
        let live = try authority.live()
        try await SecureServer.use(live) { server in
            let folder = try TemporaryFolder()
            let file = folder.url.appending(path: "session").path
            func connect(_ option: String) async throws -> String {
                try await Tool(arguments: [
                    "/usr/bin/openssl", "s_client", "-connect", "127.0.0.1:\(server.port)", "-servername",
                    "acme.saas.test", "-tls1_2", option, file,
                ]).run().output
            }
            #expect(try await connect("-sess_out").contains("New, TLSv1.2"))
            #expect(try await connect("-sess_in").contains("Reused, TLSv1.2"))
            try live.replace(with: try authority.good())
            #expect(try await connect("-sess_in").contains("New, TLSv1.2"))
        }
    }

    @Test func aRefusedCertificateLeavesTheOldOneInUse() async throws {
        let authority = try Authority()
        let first = try authority.good()
        let live = try LiveCertificate(first, covering: Authority.hosts)
        let refused: [(CertificateBundle, CertificateError.Code)] = [
            (try authority.expired(), .expired), (try authority.future(), .notYetValid),
            (try Authority.foreign(), .notCovered),
        ]
        for (bundle, code) in refused {
            let failure = #expect(throws: CertificateError.self) { try live.replace(with: bundle) }
            #expect(failure?.code == code)
            #expect(live.bundle == first)
            #expect(throws: CertificateError.self) { try LiveCertificate(bundle, covering: Authority.hosts) }
        }
        let next = try authority.good()
        try live.replace(with: next)
        #expect(live.bundle == next)
    }
}
