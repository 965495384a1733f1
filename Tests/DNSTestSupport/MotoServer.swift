public import Foundation
public import LocalServers

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// A server that answers as Amazon Route 53 does, of a test's own; gone with the tests, however they end.
///
/// It is moto from PyPI, in the folder that `scripts/setup test` makes. It is lax: it checks no signature, takes a CREATE
/// of what is there, and has every change at once.
public final class MotoServer: Sendable, LendableServer {
    private static let api = "2013-04-01"
    private static let namespace = "https://route53.amazonaws.com/doc/2013-04-01/"

    /// The API, over HTTP on 127.0.0.1.
    public let url: URL
    private let process: GuardedProcess

    private init(url: URL, process: GuardedProcess) {
        self.url = url
        self.process = process
    }

    /// Lends a server without any zone.
    public static func use<Value>(_ body: (MotoServer) async throws -> Value) async throws -> Value {
        try await self.start().lent(to: body)
    }

    /// Makes a zone; another of the same name if there is one.
    ///
    /// - Returns: its id, without `/hostedzone/`.
    @discardableResult
    public func makeZone(_ name: String, isPrivate: Bool = false) async throws -> String {
        let network = isPrivate ? "<VPC><VPCRegion>us-east-1</VPCRegion><VPCId>vpc-1</VPCId></VPC>" : ""
        let answer = try await self.post(
            "hostedzone",
            """
            <CreateHostedZoneRequest xmlns="\(Self.namespace)"><Name>\(name).</Name>\(network)\
            <CallerReference>\(UUID().uuidString)</CallerReference><HostedZoneConfig>\
            <PrivateZone>\(isPrivate)</PrivateZone></HostedZoneConfig></CreateHostedZoneRequest>
            """)
        guard let id = answer.firstMatch(of: /<Id>\/?hostedzone\/([A-Z0-9]+)<\/Id>/)?.output.1 else {
            throw MotoServerError("no zone was made: \(answer)")
        }
        return String(id)
    }

    /// Makes changes, as elements `Change` of the API, for what the provider under test does not make.
    public func change(_ changes: String, inZoneWithID id: String) async throws {
        _ = try await self.post(
            "hostedzone/\(id)/rrset",
            """
            <ChangeResourceRecordSetsRequest xmlns="\(Self.namespace)"><ChangeBatch><Changes>\(changes)</Changes>\
            </ChangeBatch></ChangeResourceRecordSetsRequest>
            """)
    }

    /// Stops it in the middle of whatever it does.
    public func pause() async throws { try await self.process.pause() }

    /// Lets it go on.
    public func resume() { self.process.resume() }

    /// Ends it.
    public func stop() async throws {
        self.process.signal("KILL")
        _ = try await self.process.wait()
    }

    private static func start() async throws -> MotoServer {
        // The sources may be links into the project's folder.
        let root = URL(filePath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
            .deletingLastPathComponent()
            .deletingLastPathComponent()
        let python = root.appending(path: ".tools/python/bin/python3")
        guard FileManager.default.isExecutableFile(atPath: python.path) else {
            throw MotoServerError("\(python.path) is missing; run scripts/setup test")
        }
        let folder = FileManager.default.temporaryDirectory.appending(path: "bulkhead-moto-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let (port, log) = (try FreePort.reserve(), folder.appending(path: "server.log"))
        let process = try GuardedProcess(
            [python.path, "-m", "moto.server", "-H", "127.0.0.1", "-p", "\(port)"], user: nil,
            log: log, lastSignal: "KILL", removing: [folder])
        guard let url = URL(string: "http://127.0.0.1:\(port)") else { throw MotoServerError("no address") }
        let server = MotoServer(url: url, process: process)
        try await server.waitUntilReady(log: log)
        return server
    }

    /// Asks until the server answers: Python takes some seconds to read it.
    private func waitUntilReady(log: URL) async throws {
        let deadline = ContinuousClock.now + .seconds(60)
        while true {
            // Refused until it listens.
            if let (_, response) = try? await URLSession.shared.data(
                from: self.url.appending(path: "moto-api/data.json")),
                (response as? HTTPURLResponse)?.statusCode == 200
            {
                return
            }
            guard ContinuousClock.now < deadline, self.process.status == nil else {
                throw MotoServerError("not ready: \(try String(contentsOf: log, encoding: .utf8))")
            }
            // Nothing tells when a server of another program listens: ask again.
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    private func post(_ path: String, _ body: String) async throws -> String {
        var request = URLRequest(url: self.url.appending(path: "\(Self.api)/\(path)"))
        request.httpMethod = "POST"
        request.httpBody = Data(body.utf8)
        request.setValue("application/xml", forHTTPHeaderField: "Content-Type")
        // By the service in it the server knows which of its many is asked; the signature is not looked at.
        request.setValue(
            "AWS4-HMAC-SHA256 Credential=test/20261123/us-east-1/route53/aws4_request, SignedHeaders=host, Signature=0",
            forHTTPHeaderField: "Authorization")
        let (data, response) = try await URLSession.shared.data(for: request)
        let (status, text) = ((response as? HTTPURLResponse)?.statusCode ?? 0, String(decoding: data, as: UTF8.self))
        guard (200..<300).contains(status) else { throw MotoServerError("status \(status): \(text)") }
        return text
    }
}

/// Why there is no server.
public struct MotoServerError: Error, CustomStringConvertible {
    /// What happened.
    public let description: String

    init(_ description: String) { self.description = description }
}
