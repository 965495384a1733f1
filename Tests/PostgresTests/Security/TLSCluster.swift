import Foundation
import LocalServers
import TestSupport
import Testing

/// A server that speaks TLS and nothing else over TCP, as `db.example`, with an authority of its own.
struct TLSCluster: Sendable {
    let cluster: LocalPostgres
    /// Certificates and keys of the client's side.
    let folder: URL

    static func use<Value>(_ body: (TLSCluster) async throws -> Value) async throws -> Value {
        try await TestPostgres.withCluster { cluster in
            let folder = TestPostgres.temporaryFolder()
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            // It is in the system's folder for temporary files.
            defer { try? FileManager.default.removeItem(at: folder) }
            try await cluster.runScript(Self.script)
            for name in ["ca.crt", "other-ca.crt", "alice.crt", "alice.key", "mallory.crt", "mallory.key"] {
                let text = try await cluster.execute("SELECT pg_read_file('\(name)')")
                let file = folder.appendingPathComponent(name)
                try Data((text + "\n").utf8).write(to: file)
                try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file.path)
            }
            try await cluster.execute(
                "CREATE ROLE alice LOGIN", "ALTER SYSTEM SET ssl = on", "ALTER SYSTEM SET ssl_ca_file = 'ca.crt'",
                "SELECT pg_reload_conf()")
            let tls = TLSCluster(cluster: cluster, folder: folder)
            try await eventually { try await tls.isReady() }
            return try await body(tls)
        }
    }

    /// psql takes TLS if it is offered.
    private func isReady() async throws -> Bool {
        // Refused while the server still has the rules without the certificate.
        let answer = try? await self.cluster.execute("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
        return answer == "t"
    }

    private static let script = """
        umask 077
        authority() {
          openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout $1.key -out $1.crt -days 3650 -subj "/CN=$1" 2>/dev/null
        }
        issue() {
          openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout $2.key -out $2.csr -subj "/CN=$2" 2>/dev/null
          echo "subjectAltName=DNS:$2" > $2.ext
          openssl x509 -req -in $2.csr -CA $1.crt -CAkey $1.key -CAcreateserial -out $2.crt -days 3650 -extfile $2.ext 2>/dev/null
        }
        authority ca
        authority other-ca
        issue ca db.example
        mv db.example.crt server.crt
        mv db.example.key server.key
        issue ca alice
        issue other-ca mallory
        cat > pg_hba.conf <<END
        local all all scram-sha-256
        hostssl all alice all cert
        hostssl all bob all cert
        hostssl all all all scram-sha-256
        END

        """

    /// A connection string with these options.
    func dsn(host: String = "db.example", user: String? = nil, _ options: String...) -> String {
        let login =
            user.map { "user=\($0)" } ?? "user=\(self.cluster.superuser) password=\(self.cluster.superuserPassword)"
        let address = "host=\(host) hostaddr=127.0.0.1 port=\(self.cluster.port) dbname=postgres"
        return ([login, address] + options).joined(separator: " ")
    }

    /// The path of a file of the client's side.
    func file(_ name: String) -> String { self.folder.appendingPathComponent(name).path }
}
