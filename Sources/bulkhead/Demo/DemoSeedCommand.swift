import ArgumentParser
import ControlPlane
import Identity
import ServerBootstrap
import Synchronization

/// `bulkhead demo seed`.
struct DemoSeedCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "seed",
        abstract: "Make tenants t0001, t0002, ... with clients and an active administrator each.",
        discussion: """
            What is there already stays: repeat it, or ask for more, at any time. The administrators' address is \
            admin@<subdomain>.example; their password is the same for all and shown at the end.

            Examples:
              bulkhead demo seed --tenants 100 --clients 1000
              bulkhead demo seed --tenants 10 --clients 50 --concurrency 8 --json
            """)

    @Option(help: "How many tenants.")
    var tenants: Int

    @Option(help: "How many clients each.")
    var clients: Int

    @Option(help: "How many tenants at a time.")
    var concurrency = 4

    @OptionGroup var installation: InstallationOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        try DemoTenant.check(self.tenants)
        guard (0...1_000_000).contains(self.clients) else {
            throw ArgumentParser.ValidationError("--clients must be from 0 to 1000000, not \(self.clients).")
        }
        guard (1...64).contains(self.concurrency) else {
            throw ArgumentParser.ValidationError("--concurrency must be from 1 to 64, not \(self.concurrency).")
        }
    }

    func run() async throws {
        let (tenants, clients, concurrency) = (self.tenants, self.clients, self.concurrency)
        let result = try await self.installation.withComposition { composition in
            let password = PasswordPolicy.generate()
            let seeder = DemoSeeder(
                composition: composition, clients: clients, passwordHash: try await composition.hasher.hash(password),
                tiers: try await composition.tenantService.tierNames())
            let outcome = try await Self.seed(tenants, with: seeder, concurrency: concurrency)
            return DemoSeedOutput(
                tenants: tenants, createdTenants: outcome.created, createdClients: outcome.clients,
                failed: outcome.failed.sorted { $0.subdomain < $1.subdomain },
                adminPassword: outcome.created > 0 ? password : nil)
        }
        try self.output.print(result)
        if !result.failed.isEmpty {
            throw ExitCode(result.failed.count == self.tenants ? CommandExit.failed : CommandExit.partlyDone)
        }
    }

    private struct Outcome: Sendable {
        var created = 0
        var clients = 0
        var failed: [DemoSeedOutput.Failure] = []
    }

    private static func seed(_ tenants: Int, with seeder: DemoSeeder, concurrency: Int) async throws -> Outcome {
        let bar = ProgressBar("Seeding tenants")
        defer { bar.finish() }
        return await withTaskGroup(of: Result<DemoSeeder.Outcome, DemoSeedOutput.Failure>.self) { group in
            var outcome = Outcome()
            var next = 1
            func addNext() {
                guard next <= tenants else { return }
                let subdomain = DemoTenant.subdomain(next)
                group.addTask { await Self.seed(subdomain, with: seeder) }
                next += 1
            }
            for _ in 0..<concurrency { addNext() }
            var done = 0
            for await result in group {
                switch result {
                case .success(let made):
                    outcome.created += made.isNew ? 1 : 0
                    outcome.clients += made.clients
                case .failure(let failure): outcome.failed.append(failure)
                }
                done += 1
                bar.show(done, of: tenants)
                addNext()
            }
            return outcome
        }
    }

    private static func seed(
        _ subdomain: String, with seeder: DemoSeeder
    ) async -> Result<DemoSeeder.Outcome, DemoSeedOutput.Failure> {
        do {
            return .success(try await seeder.seed(subdomain))
        } catch {
            return .failure(.init(subdomain: subdomain, reason: Complaint(error).text))
        }
    }
}

/// What was seeded.
struct DemoSeedOutput: CommandOutput {
    /// A tenant that could not be made or filled.
    struct Failure: Encodable, Error {
        let subdomain: String
        let reason: String
    }

    let tenants: Int
    let createdTenants: Int
    let createdClients: Int
    let failed: [Failure]
    /// The password of the administrators that were made in this run.
    let adminPassword: String?

    var text: String {
        var lines = ["\(self.createdTenants) tenants and \(self.createdClients) clients made."]
        if let adminPassword {
            lines += ["", "  Sign in as  admin@t0001.example, ...", "  Password    \(adminPassword)   (shown once)"]
        }
        lines += self.failed.map { "Failed: \($0.subdomain): \($0.reason)" }
        return lines.joined(separator: "\n")
    }
}
