import Foundation
import Testing

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// Calls APIs, in whichever way.
protocol APICaller: Sendable {
    /// Sends a request; POST if there is a body.
    func send(
        _ path: String, host: String, token: String?, headers: [String: String], json: [String: String]?,
        method: String?
    ) async throws -> HTTPCaller.Answer
}

/// Calls the APIs of a running server.
///
/// Dials 127.0.0.1 and names the host in the request: not every resolver knows `*.localhost`.
struct HTTPCaller: APICaller {
    /// What came back.
    struct Answer: CustomTestStringConvertible {
        let status: Int
        let headers: [String: String]
        let body: Data

        var text: String { String(decoding: self.body, as: UTF8.self) }
        var testDescription: String { "\(self.status) \(self.text)" }

        func decoded<Value: Decodable>(_ type: Value.Type = Value.self) throws -> Value {
            try JSONDecoder().decode(type, from: self.body)
        }
    }

    struct Session: Decodable {
        let accessToken: String
    }

    struct Tenant: Decodable {
        let id: String
        let subdomain: String
        let status: String
        let url: String
    }

    /// Why a request was refused.
    struct Problem: Decodable {
        struct Field: Decodable {
            let pointer: String
            let detail: String
        }

        let type: String
        let detail: String?
        let errors: [Field]?
        let availableAt: String?
    }

    struct Link: Decodable {
        let url: String
    }

    let port: Int
    private let session: URLSession

    init(port: Int) {
        self.port = port
        let configuration = URLSessionConfiguration.ephemeral
        configuration.httpMaximumConnectionsPerHost = 64
        configuration.timeoutIntervalForRequest = 90
        self.session = URLSession(configuration: configuration)
    }

    /// Sends a request; POST if there is a body.
    func send(
        _ path: String, host: String = "localhost", token: String? = nil, headers: [String: String] = [:],
        json: [String: String]? = nil, method: String? = nil
    ) async throws -> Answer {
        // The same bytes each time: a repeated request is known by them.
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        return try await self.send(
            path, host: host, token: token, headers: headers, body: try json.map { try encoder.encode($0) },
            method: method)
    }

    /// Sends a request; POST if there is a body, which goes as JSON.
    func send(
        _ path: String, host: String, token: String?, headers: [String: String] = [:], body json: Data?,
        method: String? = nil
    ) async throws -> Answer {
        let url = try #require(URL(string: "http://127.0.0.1:\(self.port)\(path)"))
        var request = URLRequest(url: url)
        request.httpMethod = method ?? (json == nil ? "GET" : "POST")
        request.setValue("\(host):\(self.port)", forHTTPHeaderField: "Host")
        for (name, value) in headers { request.setValue(value, forHTTPHeaderField: name) }
        if let token { request.setValue("Bearer \(token)", forHTTPHeaderField: "Authorization") }
        if let json {
            request.setValue("application/json", forHTTPHeaderField: "Content-Type")
            request.httpBody = json
        }
        let (body, response) = try await self.session.data(for: request)
        let answer = try #require(response as? HTTPURLResponse)
        var fields: [String: String] = [:]
        for (name, value) in answer.allHeaderFields { fields["\(name)".lowercased()] = "\(value)" }
        return Answer(status: answer.statusCode, headers: fields, body: body)
    }

    /// Signs the administrator of a development instance in.
    func signIn(_ ready: Development.Ready) async throws -> String {
        let answer = try await self.send(
            "/api/admin/sessions", json: ["email": ready.adminEmail, "password": ready.adminPassword])
        try #require(answer.status == 200, "\(answer.testDescription)")
        return try answer.decoded(Session.self).accessToken
    }

    /// Creates a tenant and waits until it is active.
    func create(_ subdomain: String, token: String) async throws -> Answer {
        try await self.send(
            "/api/admin/tenants", token: token, headers: ["Prefer": "wait=30"],
            json: [
                "name": "Tenant \(subdomain)", "subdomain": subdomain, "tier": "standard",
                "adminEmail": "ada@\(subdomain).example",
            ])
    }

    /// Creates tenants, a few at a time; the statuses by subdomain.
    func createAll(_ subdomains: [String], token: String) async throws -> [String: Int] {
        try await withThrowingTaskGroup(of: (String, Int).self) { group in
            var waiting = subdomains[...]
            func addNext() {
                guard let subdomain = waiting.popFirst() else { return }
                group.addTask { (subdomain, try await self.create(subdomain, token: token).status) }
            }
            for _ in 0..<4 { addNext() }
            var statuses: [String: Int] = [:]
            for try await (subdomain, status) in group {
                statuses[subdomain] = status
                addNext()
            }
            return statuses
        }
    }
}
