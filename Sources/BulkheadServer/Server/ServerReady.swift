import Foundation
import ServerBootstrap
import Tenancy

/// What a server says once it serves.
struct ServerReady: Encodable {
    let baseDomain: String
    let port: Int
    let managementPort: Int
    let scheme: String
    var adminEmail: String?
    var adminPassword: String?

    init(_ baseDomain: BaseDomain, _ scheme: String, _ addresses: ServerAddresses) {
        self.baseDomain = baseDomain.description
        self.scheme = scheme
        self.port = addresses.httpPort
        self.managementPort = addresses.managementPort
    }

    init(_ instance: DevelopmentInstance, _ addresses: ServerAddresses) {
        self.baseDomain = "localhost"
        self.scheme = "http"
        self.port = addresses.httpPort
        self.managementPort = addresses.managementPort
        self.adminEmail = instance.adminEmail
        self.adminPassword = instance.adminPassword
    }

    private var text: String {
        let host = "\(self.scheme)://<subdomain>.\(self.baseDomain):\(self.port)"
        let admin = self.adminEmail.map { "\nAdministrator \($0), password \(self.adminPassword ?? "")" } ?? ""
        return "Serving \(host)\(admin)"
    }

    func print(json: Bool) {
        var line = self.text
        if json {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            do { line = String(decoding: try encoder.encode(self), as: UTF8.self) } catch { line = "{}" }
        }
        // Not print(): whoever waits for this reads a pipe, which is not flushed by lines.
        FileHandle.standardOutput.write(Data((line + "\n").utf8))
    }
}
