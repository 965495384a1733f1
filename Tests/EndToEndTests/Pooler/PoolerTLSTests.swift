import Foundation
import LocalServers
import PgBouncer
import RedisTestSupport
import TestSupport
import Testing

/// TLS on both sides of a pooler, with real certificates, and with the wrong ones.
@Suite struct PoolerTLSTests {
    /// Certificates for 127.0.0.1, readable by the user that servers run as.
    private static func certificates(_ body: (URL) async throws -> Void) async throws {
        let folder = TestPostgres.temporaryFolder()
        try FileManager.default.createDirectory(
            at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o755])
        // It is in the system's folder for temporary files.
        defer { try? FileManager.default.removeItem(at: folder) }
        for name in ["right", "wrong"] {
            let place = folder.appendingPathComponent(name)
            try FileManager.default.createDirectory(
                at: place, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o755])
            try ServerCertificates.make(in: place)
            guard let user = try UnprivilegedUser.current() else { continue }
            for file in try FileManager.default.contentsOfDirectory(atPath: place.path) {
                try #require(chown(place.appendingPathComponent(file).path, user.uid, user.gid) == 0)
            }
        }
        try await body(folder)
    }

    @Test(.timeLimit(.minutes(4))) func isOnOnBothSides() async throws {
        try await Self.certificates { folder in
            let right = folder.appendingPathComponent("right").path
            let wrong = folder.appendingPathComponent("wrong").path
            let postgres = ["ssl": "on", "ssl_cert_file": "\(right)/server.pem", "ssl_key_file": "\(right)/server.key"]
            let clients = ["--client-cert-file", "\(right)/server.pem", "--client-key-file", "\(right)/server.key"]
            let trust = ["--trust-file", "\(right)/ca.pem"]
            let server = ["--server-tls", "verify-full", "--server-ca-file"]
            try await Deployment.use(postgres: postgres) { deployment in
                let options = WrittenPooler.superuser(deployment) + clients
                try await WrittenPooler.use(deployment, options + trust + server + ["\(right)/ca.pem"]) { pooler in
                    func ask(_ query: String) async throws -> BuiltCommand.Outcome {
                        try await Psql.run(try pooler.appURL(deployment, query: query), "SELECT 1")
                    }
                    let works = try await ask("?sslmode=verify-full&sslrootcert=\(right)/ca.pem")
                    #expect(works.status == 0, "\(works.testDescription)")
                    let behind = try await deployment.cluster.execute(
                        """
                        SELECT count(*) > 0, bool_and(ssl) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)
                        WHERE usename = 'bulkhead_app'
                        """)
                    #expect(behind == "t|t")
                    // Not without, and not with a pooler whom the client's authority does not know.
                    let plain = try await ask("?sslmode=disable")
                    #expect(plain.status != 0 && plain.errors.contains("SSL required"), "\(plain.testDescription)")
                    let stranger = try await ask("?sslmode=verify-full&sslrootcert=\(wrong)/ca.pem")
                    #expect(stranger.errors.contains("certificate verify failed"), "\(stranger.testDescription)")
                    // The console too: status.url says verify-full.
                    let status = try await pooler.status(deployment)
                    #expect(status.pools.contains { $0.user == "bulkhead_app" })
                    #expect(try pooler.text("status.url").contains("sslmode=verify-full&sslrootcert=\(right)/ca.pem"))
                }
                // Without an authority the URLs cannot say verify-full, and it is said what that means.
                try await WrittenPooler.use(deployment, options, isStarted: false) { pooler in
                    let console = try pooler.text("status.url")
                    #expect(console.hasSuffix("?sslmode=require\n"))
                    #expect(pooler.outcome.says("--trust-file"), "\(pooler.outcome.testDescription)")
                }
                // A server that the pooler's authority does not know gets no password.
                try await WrittenPooler.use(deployment, options + trust + server + ["\(wrong)/ca.pem"]) { pooler in
                    let refused = try await Psql.run(
                        try pooler.appURL(deployment, query: "?sslmode=require&connect_timeout=20"), "SELECT 1")
                    #expect(refused.status != 0, "\(refused.testDescription)")
                    #expect(pooler.said.contains("certificate verify failed"), "\(pooler.said)")
                }
            }
        }
    }

    /// A name that is not in the certificate: verify-full refuses it, verify-ca does not.
    @Test(.timeLimit(.minutes(4))) func theNameCounts() async throws {
        try await Self.certificates { folder in
            let right = folder.appendingPathComponent("right").path
            let postgres = [
                "ssl": "on", "ssl_cert_file": "\(right)/server.pem", "ssl_key_file": "\(right)/server.key",
                "listen_addresses": "127.0.0.1,127.0.0.2",
            ]
            try await Deployment.use(postgres: postgres) { deployment in
                let options =
                    WrittenPooler.superuser(deployment) + [
                        "--server", "127.0.0.2:\(deployment.cluster.port)", "--server-ca-file", "\(right)/ca.pem",
                        "--server-tls",
                    ]
                for (mode, isRefused) in [("verify-ca", false), ("verify-full", true)] {
                    try await WrittenPooler.use(deployment, options + [mode]) { pooler in
                        let outcome = try await Psql.run(
                            try pooler.appURL(deployment, query: "?connect_timeout=20"), "SELECT 1")
                        #expect((outcome.status != 0) == isRefused, "\(mode): \(outcome.testDescription)")
                        if isRefused {
                            #expect(pooler.said.contains("not present in server certificate"), "\(pooler.said)")
                        }
                    }
                }
            }
        }
    }
}
