import Foundation
import Postgres
import TestSupport
import Testing

/// Every command, for people and for programs.
@Suite struct CommandTests {
    @Test(.timeLimit(.minutes(4))) func commandsAnswerPeopleAndPrograms() async throws {
        try await Development.use { development in
            try await Self.checkTenants(development)
            let migrated = try await development.run("migrate")
            #expect(migrated.status == 0 && migrated.output.contains("up to date"), "\(migrated.testDescription)")
            try await Self.checkAdministrators(development)
            try await Self.checkDemo(development)
            try await Self.checkKeysAndDoctor(development)
            let config = try await development.run("config", "check")
            #expect(
                config.status == 0 && config.output.contains("database.url = postgresql://bulkhead_control:hidden@"))
            for text in [config.output, try await development.run("config", "check", "--json").output] {
                #expect(!text.contains(development.ready.databases.control))
            }
        }
    }

    private static func checkTenants(_ development: Development) async throws {
        struct List: Decodable {
            let data: [HTTPCaller.Tenant]
            let nextCursor: String?
        }
        let empty = try await development.run("tenant", "list")
        #expect(empty.status == 0 && empty.output.contains("No tenants yet"), "\(empty.testDescription)")
        let acme = try await development.run(
            "tenant", "create", "acme", "--name", "Acme Ltd", "--admin-email", "ada@acme.example", "--setting",
            "currency=EUR", "--setting", "features=documents,commissions")
        #expect(acme.status == 0 && acme.output.contains("http://acme.localhost:"), "\(acme.testDescription)")
        let globex = try await development.run(
            "tenant", "create", "globex", "--name", "Globex", "--admin-email", "hank@globex.example", "--json")
        let tenant = try globex.decoded(HTTPCaller.Tenant.self)
        #expect(tenant.status == "active")
        let taken = try await development.run(
            "tenant", "create", "acme", "--name", "Other", "--admin-email", "x@y.example")
        #expect(taken.status == 1 && taken.says("--subdomain is taken"), "\(taken.testDescription)")
        let wrong = try await development.run(
            "tenant", "create", "a_b", "--name", "", "--admin-email", "nobody", "--tier", "gold", "--setting", "x=y")
        #expect(wrong.status == 1)
        for option in ["--subdomain", "--name", "--admin-email", "--tier must be one of: free", "--settings x"] {
            #expect(wrong.says(option), "\(wrong.testDescription)")
        }
        let part = try await development.run("tenant", "list", "--limit", "1", "--json").decoded(List.self)
        let rest = try await development.run(
            "tenant", "list", "--cursor", try #require(part.nextCursor), "--json"
        ).decoded(List.self)
        #expect((part.data + rest.data).map(\.subdomain) == ["acme", "globex"])
        #expect(try await development.run("tenant", "list").output.split(separator: "\n").allSatisfy { $0.count <= 80 })
        let byID = try await development.run("tenant", "show", tenant.id)
        #expect(byID.status == 0 && byID.output.contains("globex"), "\(byID.testDescription)")
        #expect(try await development.run("tenant", "show", "nobody").status == 1)
        let link = try await development.run("tenant", "activation-link", "acme", "--json").decoded(
            HTTPCaller.Link.self)
        #expect(link.url.contains("/activate#token="))
        #expect(try await development.run("tenant", "activation-link", "acme").output.contains("Works once, until "))
    }

    private static func checkKeysAndDoctor(_ development: Development) async throws {
        struct Doctor: Decodable {
            struct Check: Decodable {
                let name: String
                let status: String
            }

            let healthy: Bool
            let checks: [Check]
        }
        let keys = try await development.run("keys", "list")
        #expect(keys.status == 0 && keys.output.contains("current"), "\(keys.testDescription)")
        #expect(try await development.run("doctor").output.contains("Nobody has to act."))
        let healthy = try await development.run("doctor", "--json").decoded(Doctor.self)
        #expect(healthy.healthy && healthy.checks.allSatisfy { $0.status == "ok" })
        // A hole, and a changed row of the trail.
        try await Superuser.use(development.ready.databases.superuser) { client in
            _ = try await client.query("GRANT SELECT ON public.tenants TO bulkhead_app")
            _ = try await client.query("UPDATE bulkhead.audit_log SET actor = 'nobody' WHERE seq = 1")
        }
        let ill = try await development.run("doctor", "--json")
        #expect(ill.status == 1, "\(ill.testDescription)")
        let checks = try ill.decoded(Doctor.self).checks
        for name in ["guards", "audit.catalog"] {
            #expect(checks.first { $0.name == name }?.status == "problem", "\(ill.testDescription)")
        }
        let refused = try await development.run("migrate")
        #expect(refused.status == 1 && refused.says("breaks isolation rules"), "\(refused.testDescription)")
        let table = try await development.run("doctor")
        #expect(table.status == 1 && table.says("PROBLEM") && table.says("bulkhead_app may touch"))
    }

    private static func checkAdministrators(_ development: Development) async throws {
        struct Made: Decodable {
            let email: String
            let password: String?
        }
        let made = try await development.run(
            "admin", "create", "--email", "Second@Example.com", "--name", "Second", "--json"
        ).decoded(Made.self)
        #expect(made.email == "second@example.com")
        #expect(try #require(made.password).count > 20)
        let short = try await development.run(
            "admin", "create", "--email", "no", "--name", "Third", "--password-file", "-", input: "short\n")
        #expect(short.status == 1)
        #expect(short.says("--password must") && short.says("--email must"))
        let taken = try await development.run("admin", "create", "--email", "second@example.com", "--name", "Third")
        #expect(taken.status == 1 && taken.says("--email"), "\(taken.testDescription)")
        let human = try await development.run("admin", "create", "--email", "third@example.com", "--name", "Third")
        #expect(human.status == 0 && human.output.contains("(shown once)"), "\(human.testDescription)")
    }

    private static func checkDemo(_ development: Development) async throws {
        struct Seeded: Decodable {
            let createdTenants: Int
            let createdClients: Int
        }
        struct Token: Decodable {
            let subdomain: String
            let tenantId: String
            let token: String
        }
        struct Clients: Decodable {
            struct Client: Decodable {
                let name: String
            }

            let data: [Client]
        }
        let seeded = try await development.run("demo", "seed", "--tenants", "2", "--clients", "2500", "--json")
        let first = try seeded.decoded(Seeded.self)
        #expect(first.createdTenants == 2 && first.createdClients == 5_000, "\(seeded.testDescription)")
        let again = try await development.run("demo", "seed", "--tenants", "3", "--clients", "2501")
        #expect(again.status == 0 && again.output.contains("1 tenants and 2503 clients"), "\(again.testDescription)")
        try await Self.checkPartlyDone(development)
        let lines = try await development.run("demo", "tokens", "--tenants", "3").output.split(separator: "\n")
        let tokens = try lines.map { try JSONDecoder().decode(Token.self, from: Data($0.utf8)) }
        #expect(tokens.map(\.subdomain) == ["t0001", "t0002", "t0003"])
        let caller = HTTPCaller(port: development.ready.port)
        for token in tokens {
            let answer = try await caller.send(
                "/api/tenant/clients?limit=20", host: "\(token.subdomain).localhost", token: token.token)
            #expect(try answer.decoded(Clients.self).data.count == 20, "\(answer.testDescription)")
        }
        #expect(try await development.run("demo", "tokens", "--tenants", "4").status == 1)
        let urls = development.ready.databases
        let secret = development.data.appendingPathComponent("secret").path
        let elsewhere = try await BuiltCommand.run(
            "demo", "tokens", "--tenants", "1", "--database-url", urls.control, "--app-database-url", urls.app,
            "--secret-file", secret)
        #expect(elsewhere.status == 1 && elsewhere.says("development"), "\(elsewhere.testDescription)")
    }

    /// One of three tenants cannot be filled: the others are, and the exit code says so.
    private static func checkPartlyDone(_ development: Development) async throws {
        let tenant = try await development.run("tenant", "show", "t0002", "--json").decoded(HTTPCaller.Tenant.self)
        let table = "tenant_\(tenant.id.filter { $0 != "-" }).clients"
        let statements = ["REVOKE INSERT ON \(table) FROM bulkhead_app", "GRANT INSERT ON \(table) TO bulkhead_app"]
        let superuser = development.ready.databases.superuser
        _ = try await Superuser.use(superuser) { try await $0.query(PostgresQuery(unsafeSQL: statements[0])) }
        let seeded = try await development.run("demo", "seed", "--tenants", "3", "--clients", "2502")
        #expect(seeded.status == 3 && seeded.says("Failed: t0002"), "\(seeded.testDescription)")
        #expect(seeded.says("0 tenants and 2 clients made"), "\(seeded.testDescription)")
        _ = try await Superuser.use(superuser) { try await $0.query(PostgresQuery(unsafeSQL: statements[1])) }
    }

    @Test(arguments: [
        ["nonsense"], ["tenant"], ["tenant", "create"], ["tenant", "list", "--limit", "0"],
        ["tenant", "list", "--cursor", "?"], ["keys", "rotate", "everything"], ["demo", "seed", "--tenants", "0"],
        ["demo", "tokens", "--tenants", "10000"], ["dev", "--port", "70000"], ["schema", "print", "--sql", "--json"],
        ["tenant", "create", "acme", "--name", "A", "--admin-email", "a@b.example", "--setting", "nonsense"],
        ["demo", "seed", "--tenants", "1", "--clients", "-1"],
        ["demo", "seed", "--tenants", "1", "--clients", "1", "--concurrency", "0"],
    ])
    func wrongUsageEndsWithTwo(arguments: [String]) async throws {
        let outcome = try await BuiltCommand.run(arguments)
        #expect(outcome.status == 2 || (arguments == ["tenant"] && outcome.status == 0), "\(outcome.testDescription)")
        #expect((outcome.output + outcome.errors).split(separator: "\n").allSatisfy { $0.count <= 80 })
    }

    @Test(arguments: [
        "dev", "serve", "init", "migrate", "admin create", "tenant create", "tenant list", "tenant show",
        "tenant activation-link", "keys list", "keys rotate", "keys retire", "config check", "doctor", "schema print",
        "demo seed", "demo tokens", "pgbouncer config", "pgbouncer status",
    ])
    func helpHasExamplesAndFitsATerminal(command: String) async throws {
        let outcome = try await BuiltCommand.run(command.split(separator: " ").map(String.init) + ["--help"])
        #expect(outcome.status == 0)
        #expect(outcome.output.contains("Examples:") && outcome.output.contains("bulkhead \(command)"))
        #expect(outcome.output.split(separator: "\n").allSatisfy { $0.count <= 80 }, "\(outcome.output)")
    }

    @Test func schemaIsPrintedWithoutADatabase() async throws {
        let sql = try await BuiltCommand.run("schema", "print")
        #expect(sql.status == 0 && sql.output.contains("CREATE TABLE clients") && sql.output.contains("CREATE POLICY"))
        let json = try await BuiltCommand.run("schema", "print", "--json")
        let shape = try json.decoded(Shape.self)
        #expect(shape.tables.contains { $0.name == "clients" && $0.policies.count == 2 })
    }

    private struct Shape: Decodable {
        struct Table: Decodable {
            let name: String
            let policies: [String]
        }

        let tables: [Table]
    }
}
