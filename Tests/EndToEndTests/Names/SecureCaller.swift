import DNSTestSupport
import Foundation
import TestSupport
import Testing

/// Calls a server over TLS as browsers do; what it shows has to lead to one root.
///
/// By curl: Foundation on Linux cannot be told to trust a certificate.
struct SecureCaller: APICaller {
    /// A protocol on the wire.
    enum Wire: String {
        case http1 = "--http1.1"
        case http2 = "--http2"
    }

    /// Why there was no answer.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    let port: Int
    /// The PEM file of the root.
    let root: URL
    var wire = Wire.http2

    func send(
        _ path: String, host: String, token: String? = nil, headers: [String: String] = [:],
        json: [String: String]? = nil, method: String? = nil
    ) async throws -> HTTPCaller.Answer {
        var arguments = [
            "-sS", "-i", self.wire.rawValue, "--max-time", "60", "--cacert", self.root.path,
            "--resolve", "\(host):\(self.port):127.0.0.1", "-X", method ?? (json == nil ? "GET" : "POST"),
        ]
        for (name, value) in headers { arguments += ["-H", "\(name): \(value)"] }
        if let token { arguments += ["-H", "Authorization: Bearer \(token)"] }
        var input: String?
        if let json {
            arguments += ["-H", "Content-Type: application/json", "--data-binary", "@-"]
            input = String(decoding: try JSONEncoder().encode(json), as: UTF8.self)
        }
        arguments.append("https://\(host):\(self.port)\(path)")
        let curl = try StartedProgram("/usr/bin/curl", arguments, input: input)
        guard await curl.waitForEnd() == 0 else { throw Failure(description: curl.errors) }
        return try Self.answer(curl.output)
    }

    /// Takes an answer apart; the first line, which names the protocol, is kept as the field `:line`.
    private static func answer(_ text: String) throws -> HTTPCaller.Answer {
        let end = try #require(text.range(of: "\r\n\r\n"), "\(text)")
        let lines = text[..<end.lowerBound].components(separatedBy: "\r\n")
        let status = try #require(lines[0].split(separator: " ").dropFirst().first.flatMap { Int($0) }, "\(text)")
        var fields = [":line": lines[0]]
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2 else { continue }
            fields[parts[0].lowercased()] = parts[1].trimmingCharacters(in: .whitespaces)
        }
        return HTTPCaller.Answer(status: status, headers: fields, body: Data(text[end.upperBound...].utf8))
    }
}

/// Servers with a certificate authority of the test's own.
struct CertifiedDeployment {
    let deployment: Deployment
    let dns: PowerDNSServer
    let authority: PebbleServer
    /// The PEM file of the authority's root.
    let root: URL

    /// Lends one.
    ///
    /// - Parameter settings: more of them, without the prefix.
    static func use(
        _ settings: [String: String] = [:], options: PebbleServer.Options = .init(),
        _ body: (CertifiedDeployment) async throws -> Void
    ) async throws {
        let folder = TestPostgres.temporaryFolder()
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        // It is in the system's folder for temporary files.
        defer { try? FileManager.default.removeItem(at: folder) }
        let root = folder.appendingPathComponent("root.pem")
        try await PowerDNSServer.use(zones: [Deployment.domain]) { dns in
            try await PebbleServer.use(dnsPort: dns.port, options: options) { authority in
                try await authority.root().write(to: root, atomically: true, encoding: .utf8)
                let own = [
                    "TLS_SOURCE": "acme", "TLS_CA_FILE": root.path, "ACME_DIRECTORY_URL": authority.directory,
                    "ACME_EMAIL": "ops@\(Deployment.domain)", "ACME_FOLDER": folder.appendingPathComponent("acme").path,
                    "ACME_CA_FILE": authority.authorities.path, "ACME_SKIP_PROPAGATION_CHECK": "true",
                ]
                let all = Deployment.roomForAll.merging(dns.settings) { $1 }.merging(own) { $1 }
                try await Deployment.use(all.merging(settings) { $1 }) { deployment in
                    try await body(
                        CertifiedDeployment(deployment: deployment, dns: dns, authority: authority, root: root))
                }
            }
        }
    }

    /// Calls a server over TLS.
    func caller(_ server: RunningServer, _ wire: SecureCaller.Wire = .http2) -> SecureCaller {
        SecureCaller(port: server.port, root: self.root, wire: wire)
    }

    /// Waits until a server has its certificate.
    func waitUntilReady(_ server: RunningServer, sourceLocation: SourceLocation = #_sourceLocation) async throws {
        try await eventually(within: .seconds(60), sourceLocation: sourceLocation) {
            try await server.readiness().status == 200
        }
    }
}
