import BulkheadHummingbird
import ControlPlane
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdCore
import Identity
import LocalServers
import Logging
import NIOCore
import ServiceLifecycle
import Tenancy
import TenancyPostgres
import TestSupport
import Testing

@testable import ServerBootstrap

/// Both APIs over a database of one test's own, called without a socket.
struct Installation: Sendable {
    static let password = "marmalade tugboat lantern"

    struct Answer: CustomTestStringConvertible {
        let status: Int
        let headers: HTTPFields
        let body: Data
        var text: String { String(decoding: self.body, as: UTF8.self) }
        var testDescription: String { "\(self.status) \(self.text)" }

        /// The body as JSON.
        var json: [String: Any] {
            get throws { try #require(try JSONSerialization.jsonObject(with: self.body) as? [String: Any]) }
        }

        /// The pointers of a problem's errors.
        var pointers: Set<String> {
            get throws {
                let errors = try self.json["errors"] as? [[String: Any]] ?? []
                return Set(errors.compactMap { $0["pointer"] as? String })
            }
        }

        func string(_ key: String) throws -> String { try #require(try self.json[key] as? String) }
    }

    let bulkhead: BulkheadDatabase
    let composition: Composition
    let responder: HostRouter<BulkheadContext>
    let adminToken: String

    static func with<Value: Sendable>(
        pooler: Bool = false, _ body: @escaping @Sendable (Installation) async throws -> Value
    ) async throws -> Value {
        try await BulkheadDatabase.with { bulkhead in
            let secret = FileManager.default.temporaryDirectory.appending(path: "bulkhead-secret-\(UUID())")
            defer { Self.remove(secret) }
            _ = try SecretSeal.create(file: secret)
            let configuration = try Self.configuration(bulkhead.database, secret: secret)
            return try await Composition.use(configuration, logger: Logger(label: "test")) { composition in
                let email = "root@bulkhead.example"
                _ = try await composition.adminAccounts.create(
                    email: email, name: "Root", password: Self.password, by: .system("test"))
                let responder = composition.responder(certificates: NoCertificates())
                let answer = try await Self.send(
                    responder, .post, "/api/admin/sessions", host: "admin.localhost",
                    body: #"{"email":"\#(email)","password":"\#(Self.password)"}"#)
                try #require(answer.status == 200, "\(answer.testDescription)")
                let installation = Installation(
                    bulkhead: bulkhead, composition: composition, responder: responder,
                    adminToken: try answer.string("accessToken"))
                return try await Self.working(composition) { try await body(installation) }
            }
        }
    }

    /// Runs what does durable work meanwhile.
    private static func working<Value: Sendable>(
        _ composition: Composition, _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        try await withThrowingTaskGroup(of: Value?.self) { group in
            for service in try Workers(composition: composition, logger: Logger(label: "test.workers")).services {
                group.addTask {
                    try await service.run()
                    return nil
                }
            }
            group.addTask { try await body() }
            defer { group.cancelAll() }
            while let ended = try await group.next() {
                if let ended { return ended }
            }
            throw CancellationError()
        }
    }

    /// Sends a request; a text body goes as JSON.
    func send(
        _ method: HTTPRequest.Method, _ path: String, host: String, token: String? = nil, body: String? = nil,
        headers: [String: String] = [:]
    ) async throws -> Answer {
        try await Self.send(self.responder, method, path, host: host, token: token, body: body, headers: headers)
    }

    /// The same for requests that have less time.
    func responding(within duration: Duration) -> Installation {
        let limits = RequestLimits(bodySize: RequestLimits.standard.bodySize, duration: duration)
        return Installation(
            bulkhead: self.bulkhead, composition: self.composition,
            responder: self.composition.responder(certificates: NoCertificates(), limits: limits),
            adminToken: self.adminToken)
    }

    /// Makes a tenant, activates its administrator and signs in.
    func makeTenant(_ subdomain: String) async throws -> (id: TenantID, token: String) {
        let created = try await self.send(
            .post, "/api/admin/tenants", host: "admin.localhost", token: self.adminToken,
            body: """
                {"name":"\(subdomain)","subdomain":"\(subdomain)","tier":"standard",
                 "adminEmail":"ann@\(subdomain).example"}
                """, headers: ["Prefer": "wait=30"])
        try #require(created.status == 201, "\(created.testDescription)")
        let id = try created.string("id")
        let link = try await self.send(
            .post, "/api/admin/tenants/\(id)/activation-links", host: "admin.localhost", token: self.adminToken)
        let activation = try #require(try link.string("url").split(separator: "=").last)
        let host = "\(subdomain).localhost"
        let activated = try await self.send(
            .post, "/api/tenant/activations", host: host,
            body: #"{"token":"\#(activation)","password":"\#(Self.password)"}"#)
        try #require(activated.status < 300, "\(activated.testDescription)")
        let session = try await self.send(
            .post, "/api/tenant/sessions", host: host,
            body: #"{"email":"ann@\#(subdomain).example","password":"\#(Self.password)"}"#)
        return (try #require(TenantID(id)), try session.string("accessToken"))
    }

    private static func send(
        _ responder: HostRouter<BulkheadContext>, _ method: HTTPRequest.Method, _ path: String, host: String,
        token: String? = nil, body: String? = nil, headers: [String: String] = [:]
    ) async throws -> Answer {
        var fields = HTTPFields()
        for (name, value) in headers { fields[try #require(HTTPField.Name(name))] = value }
        if let token { fields[.authorization] = "Bearer \(token)" }
        if body != nil, fields[.contentType] == nil { fields[.contentType] = "application/json" }
        let head = HTTPRequest(method: method, scheme: "http", authority: host, path: path, headerFields: fields)
        let request = Request(head: head, body: RequestBody(buffer: ByteBuffer(string: body ?? "")))
        let context = BulkheadContext(logger: Logger(label: "test"), peer: nil)
        let response = try await responder.respond(to: request, context: context)
        let collector = BodyCollector()
        try await response.body.write(collector)
        return Answer(status: response.status.code, headers: response.headers, body: Data(collector.bytes))
    }

    private static func configuration(_ database: TestDatabase, secret: URL) throws
        -> ServerBootstrap.ServerConfiguration
    {
        let control = try #require(DatabaseURL(database.uri(role: .control)))
        let app = try #require(DatabaseURL(database.uri(role: .app)))
        return ServerBootstrap.ServerConfiguration(
            baseDomain: try #require(BaseDomain("localhost")), bareIsAdmin: true,
            http: .init(host: "127.0.0.1", port: 8080), management: .init(host: "127.0.0.1", port: 0),
            publicScheme: "http", publicPort: 8080, trustedProxies: [],
            control: .init(url: control, connections: 4), direct: .init(url: control, connections: 1),
            app: .init(url: app, connections: 4), preparedStatements: true, secretFile: secret,
            scryptCost: .cheapest, logLevel: .error)
    }

    private static func remove(_ file: URL) {
        do { try FileManager.default.removeItem(at: file) } catch { Issue.record("\(error)") }
    }
}

/// Keeps what a response writes.
private final class BodyCollector: ResponseBodyWriter {
    private(set) var bytes: [UInt8] = []

    func write(_ buffer: ByteBuffer) async throws {
        self.bytes += buffer.readableBytesView
    }

    func finish(_ trailingHeaders: HTTPFields?) async throws {}
}
