import Foundation

/// Calls the admin API of a deployment as its administrator.
struct AdminCaller: Sendable {
    let caller: any APICaller
    let token: String

    /// Sends a request; POST if there is a body.
    func send(
        _ path: String, headers: [String: String] = [:], json: [String: String]? = nil, method: String? = nil
    ) async throws -> HTTPCaller.Answer {
        try await self.caller.send(
            path, host: "admin.\(Deployment.domain)", token: self.token, headers: headers, json: json, method: method)
    }

    /// Asks for a tenant, and does not wait for it.
    func begin(_ subdomain: String, headers: [String: String] = [:]) async throws -> HTTPCaller.Answer {
        try await self.send(
            "/api/admin/tenants", headers: headers,
            json: [
                "name": "Tenant \(subdomain)", "subdomain": subdomain, "tier": "standard",
                "adminEmail": "\(subdomain)@mail.example",
            ])
    }
}
