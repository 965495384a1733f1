import BulkheadHummingbird
import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import ServiceLifecycle
import Testing

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// Both APIs behind a socket.
struct ServedInstallation: Sendable {
    let installation: Installation
    private let port: Int
    private let session: URLSession

    /// Listens while `body` runs.
    static func with(
        _ body: @escaping @Sendable (ServedInstallation) async throws -> Void
    ) async throws {
        try await Installation.with { installation in
            let (ports, continuation) = AsyncStream.makeStream(of: Int.self)
            var logger = Logger(label: "test.server")
            logger.logLevel = .error
            let application = Application(
                responder: installation.responder,
                configuration: .init(address: .hostname("127.0.0.1", port: 0)),
                onServerRunning: { continuation.yield($0.localAddress?.port ?? 0) }, logger: logger)
            let services = ServiceGroup(services: [application], logger: logger)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await services.run() }
                let port = try #require(await ports.first { _ in true })
                try await body(ServedInstallation(installation, port: port))
                await services.triggerGracefulShutdown()
                try await group.waitForAll()
            }
        }
    }

    private init(_ installation: Installation, port: Int) {
        self.installation = installation
        self.port = port
        let configuration = URLSessionConfiguration.ephemeral
        configuration.httpMaximumConnectionsPerHost = 64
        configuration.timeoutIntervalForRequest = 90
        self.session = URLSession(configuration: configuration)
    }

    /// Sends an administrator's request.
    func post(_ path: String, json: String, headers: [String: String]) async throws -> Installation.Answer {
        var request = URLRequest(url: try #require(URL(string: "http://127.0.0.1:\(self.port)\(path)")))
        request.httpMethod = "POST"
        request.httpBody = Data(json.utf8)
        for (name, value) in headers { request.setValue(value, forHTTPHeaderField: name) }
        // Not every resolver knows *.localhost.
        request.setValue("admin.localhost:\(self.port)", forHTTPHeaderField: "Host")
        request.setValue("application/json", forHTTPHeaderField: "Content-Type")
        request.setValue("Bearer \(self.installation.adminToken)", forHTTPHeaderField: "Authorization")
        let (body, response) = try await self.session.data(for: request)
        let answer = try #require(response as? HTTPURLResponse)
        var fields = HTTPFields()
        for (name, value) in answer.allHeaderFields {
            fields[try #require(HTTPField.Name("\(name)"))] = "\(value)"
        }
        return Installation.Answer(status: answer.statusCode, headers: fields, body: body)
    }
}
