import ACME
import Certificates
import DNSTestSupport
import Foundation
import Logging

/// What a test of an issuer works with: a folder of its own, and servers that it may change.
struct Workshop {
    static let domain = "saas.test"
    static let email = "ops@saas.test"

    let folder: URL
    let dns: PowerDNSServer
    let authority: PebbleServer

    /// Lends a workshop.
    static func use<Value>(
        options: PebbleServer.Options = .init(), _ body: (Workshop) async throws -> Value
    ) async throws -> Value {
        try await Self.useFolder { folder in
            try await PowerDNSServer.use(zones: [Self.domain]) { dns in
                try await PebbleServer.use(dnsPort: dns.port, options: options) { authority in
                    try await body(Workshop(folder: folder, dns: dns, authority: authority))
                }
            }
        }
    }

    /// Lends a folder that does not exist yet.
    static func useFolder<Value>(_ body: (URL) async throws -> Value) async throws -> Value {
        let parent = FileManager.default.temporaryDirectory.appending(path: "bulkhead-acme-\(UUID().uuidString)")
        defer {
            // What a test leaves in the system's temporary folder harms nobody.
            try? FileManager.default.removeItem(at: parent)
        }
        return try await body(parent.appending(path: "acme"))
    }

    func configuration(
        domain: String = Self.domain, apiKey: String = PowerDNSServer.apiKey, resolver: Int? = nil,
        limit: Duration = .seconds(60)
    ) throws -> ACMEConfiguration {
        try ACMEConfiguration(
            directory: self.authority.directory, email: Self.email, baseDomain: domain, folder: self.folder,
            challenge: .powerDNS(url: self.dns.url, apiKey: apiKey),
            propagation: DNSPropagation(
                ttl: 60, pollingInterval: .seconds(1), timeout: .seconds(5),
                resolvers: ["127.0.0.1:\(resolver ?? self.dns.port)"], skipsCheck: true),
            trustedAuthorities: self.authority.authorities, timeLimit: limit)
    }

    func issuer(_ configuration: ACMEConfiguration? = nil) throws -> ACMEIssuer {
        ACMEIssuer(try configuration ?? self.configuration(), logger: .silent)
    }

    /// How many certificates the authority has issued, or began to.
    func orders() throws -> Int { try self.authority.count(of: "Added order") }

    /// Modes of everything in the folder, by path.
    static func modes(in folder: URL) throws -> [String: Int] {
        let paths = try FileManager.default.subpathsOfDirectory(atPath: folder.path)
        return try ([""] + paths).reduce(into: [:]) { modes, path in
            let attributes = try FileManager.default.attributesOfItem(atPath: folder.appending(path: path).path)
            modes[path] = attributes[.posixPermissions] as? Int
        }
    }
}

extension Logger {
    static var silent: Logger { Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }) }
}

extension ACMEIssuer {
    /// The error of a try that must fail.
    func failure(replacing old: CertificateBundle? = nil) async -> ACMEError? {
        do {
            _ = try await self.obtain(replacing: old)
            return nil
        } catch {
            return error
        }
    }
}
