import Foundation
import TestSupport
import Testing

/// What the configuration comes from, and what is said about a wrong one.
@Suite struct ConfigurationTests {
    private struct Check: Decodable {
        struct Value: Decodable {
            let key: String
            let variable: String
            let value: String?
            let origin: String
        }

        struct Problem: Decodable {
            let place: String
            let value: String?
            let detail: String
        }

        let values: [Value]
        let problems: [Problem]
    }

    private static let file = """
        baseDomain: example.com
        http:
          port: 9000
        trustedProxies: [10.0.0.0/8, 192.168.1.1]
        database:
          url: postgresql://bulkhead_control:from-file@db/bulkhead?password=hunter2
        appDatabase:
          url: "host=db user=bulkhead_app password='from file'"
        secretFile: /etc/bulkhead.secret
        """

    @Test func flagsBeatVariablesBeatTheFileBeatDefaults() async throws {
        try await Self.withFile(Self.file) { folder in
            let outcome = try await BuiltCommand.run(
                "config", "check", "--json", "--log-level", "debug", in: folder,
                environment: ["BULKHEAD_HTTP_PORT": "9001", "BULKHEAD_LOG_LEVEL": "error"])
            try #require(outcome.status == 0, "\(outcome.testDescription)")
            let values = try outcome.decoded(Check.self).values
            func value(_ key: String) -> Check.Value? { values.first { $0.key == key } }
            #expect(value("logLevel")?.value == "debug" && value("logLevel")?.origin == "flag")
            #expect(value("http.port")?.value == "9001" && value("http.port")?.origin == "environment")
            #expect(value("baseDomain")?.value == "example.com")
            #expect(value("baseDomain")?.origin.hasSuffix("bulkhead.yaml") == true)
            #expect(value("trustedProxies")?.value == "10.0.0.0/8,192.168.1.1")
            #expect(value("database.connections")?.origin == "default")
            #expect(value("public.port")?.value == "443")
            for secret in ["from-file", "from file", "hunter2"] { #expect(!outcome.output.contains(secret)) }
            #expect(value("appDatabase.url")?.variable == "BULKHEAD_APP_DATABASE_URL")
        }
    }

    @Test func workAndMailAreConfigured() async throws {
        try await Self.withFile(Self.file) { folder in
            let outcome = try await BuiltCommand.run(
                "config", "check", "--json", in: folder,
                environment: [
                    "BULKHEAD_PROVISIONING_RATE": "unlimited", "BULKHEAD_PROVISIONING_WARM_POOL": "12",
                    "BULKHEAD_MAIL_SMTP_HOST": "mail.example", "BULKHEAD_MAIL_SMTP_SECURITY": "tls",
                    "BULKHEAD_MAIL_SMTP_USER": "bulkhead", "BULKHEAD_MAIL_SMTP_PASSWORD": "a mail password",
                ])
            try #require(outcome.status == 0, "\(outcome.testDescription)")
            let values = try outcome.decoded(Check.self).values
            func value(_ key: String) -> String? { values.first { $0.key == key }?.value }
            #expect(value("provisioning.rate") == "unlimited" && value("provisioning.warmPool") == "12")
            #expect(value("workflow.leaseSeconds") == "15")
            #expect(value("mail.smtpHost") == "mail.example" && value("mail.smtpPort") == "465")
            #expect(value("mail.from") == "no-reply@example.com")
            #expect(!outcome.output.contains("a mail password"))
        }
    }

    /// Every provider's credentials come in by the variables that are documented, and do not come out.
    @Test func providersOfTheZoneAreConfigured() async throws {
        let providers: [(environment: [String: String], secrets: [String])] = [
            (
                [
                    "BULKHEAD_DNS_PROVIDER": "route53", "BULKHEAD_DNS_ROUTE53_ACCESS_KEY_ID": "AKIAEXAMPLE",
                    "BULKHEAD_DNS_ROUTE53_SECRET_ACCESS_KEY": "route53-secret",
                    "BULKHEAD_DNS_ROUTE53_SESSION_TOKEN": "route53-session",
                    "BULKHEAD_DNS_ROUTE53_ZONE_ID": "Z0123456789ABC",
                ], ["route53-secret", "route53-session"]
            ),
            (
                ["BULKHEAD_DNS_PROVIDER": "cloudflare", "BULKHEAD_DNS_CLOUDFLARE_TOKEN": "cloudflare-token"],
                ["cloudflare-token"]
            ),
            (
                [
                    "BULKHEAD_DNS_PROVIDER": "powerdns", "BULKHEAD_DNS_POWERDNS_API_KEY": "powerdns-key",
                    "BULKHEAD_DNS_POWERDNS_URL": "https://dns-api.internal:8443",
                ], ["powerdns-key"]
            ),
        ]
        try await Self.withFile(Self.file) { folder in
            for provider in providers {
                var environment = provider.environment
                environment["BULKHEAD_DNS_TARGETS"] = "192.0.2.10,2001:db8::10"
                let outcome = try await BuiltCommand.run(
                    "config", "check", "--json", in: folder, environment: environment)
                try #require(outcome.status == 0, "\(outcome.testDescription)")
                let values = try outcome.decoded(Check.self).values
                for variable in environment.keys {
                    #expect(values.first { $0.variable == variable }?.origin == "environment", "\(variable)")
                }
                for secret in provider.secrets { #expect(!outcome.output.contains(secret)) }
            }
        }
    }

    @Test func everyProblemIsNamedAtOnce() async throws {
        let file = """
            baseDomian: example.com
            http:
              port: [80, 443]
            logLevel: loud
            """
        try await Self.withFile(file) { folder in
            let environment = [
                "BULKHEAD_HTP_PORT": "1", "BULKHEAD_MANAGEMENT_PORT": "99999", "BULKHEAD_TRUSTED_PROXIES": "10.0.0.1/8",
                "BULKHEAD_DATABASE_URL": "secret-nonsense", "BULKHEAD_SCRYPT_LOG_ROUNDS": "40",
                "BULKHEAD_PREPARED_STATEMENTS": "perhaps", "BULKHEAD_PUBLIC_SCHEME": "gopher",
                "BULKHEAD_HTTP_HOST": "a b",
                "BULKHEAD_DATABASE_CONNECTIONS": "0", "BULKHEAD_PROVISIONING_WARM_POOL": "-3",
                "BULKHEAD_PROVISIONING_RATE": "fast", "BULKHEAD_WORKFLOW_LEASE_SECONDS": "0",
                "BULKHEAD_MAIL_FROM": "nobody", "BULKHEAD_MAIL_SMTP_PORT": "0",
                "BULKHEAD_MAIL_SMTP_SECURITY": "perhaps", "BULKHEAD_MAIL_SMTP_TIMEOUT_SECONDS": "601",
            ]
            let human = try await BuiltCommand.run("config", "check", in: folder, environment: environment)
            #expect(human.status == 1)
            #expect(human.says("BULKHEAD_HTP_PORT: is no setting; did you mean BULKHEAD_HTTP_PORT?"))
            #expect(human.errors.split(separator: "\n").allSatisfy { $0.count <= 80 || $0.contains(folder.path) })
            let json = try await BuiltCommand.run("config", "check", "--json", in: folder, environment: environment)
            #expect(json.status == 1)
            #expect(!json.output.contains("secret-nonsense"))
            let places = try json.decoded(Check.self).problems.map(\.place)
            for name in environment.keys { #expect(places.contains(name), "\(name) of \(places)") }
            for key in ["baseDomian", "http.port", "logLevel"] {
                #expect(places.contains { $0.hasSuffix("bulkhead.yaml: \(key)") }, "\(key) of \(places)")
            }
            for name in ["BULKHEAD_APP_DATABASE_URL", "BULKHEAD_SECRET_FILE"] { #expect(places.contains(name)) }
            #expect(places.count == environment.count + 5)
        }
    }

    @Test func fileThatCannotBeReadIsAProblem() async throws {
        try await Self.withFile("[") { folder in
            let broken = try await BuiltCommand.run("config", "check", in: folder)
            #expect(broken.status == 1 && broken.says("cannot be read as a YAML mapping"))
            let missing = try await BuiltCommand.run("config", "check", "--config", "elsewhere.yaml", in: folder)
            #expect(missing.status == 1 && missing.errors.contains("elsewhere.yaml"), "\(missing.testDescription)")
            let named = try await BuiltCommand.run(
                "config", "check", in: folder, environment: ["BULKHEAD_CONFIG_FILE": "other.yaml"])
            #expect(named.status == 1 && named.errors.contains("other.yaml"), "\(named.testDescription)")
        }
    }

    private static func withFile(_ contents: String, _ body: (URL) async throws -> Void) async throws {
        let folder = TestPostgres.temporaryFolder()
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try Data(contents.utf8).write(to: folder.appendingPathComponent("bulkhead.yaml"))
        do {
            try await body(folder)
        } catch {
            try FileManager.default.removeItem(at: folder)
            throw error
        }
        try FileManager.default.removeItem(at: folder)
    }
}
