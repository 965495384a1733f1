public import ArgumentParser
public import PgBouncer

/// `bulkhead pgbouncer`.
struct PgBouncerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pgbouncer", abstract: "Put PgBouncer between the servers and PostgreSQL.",
        subcommands: [PgBouncerConfigCommand.self, PgBouncerStatusCommand.self])
}

extension PoolerTLSMode: ExpressibleByArgument {}

extension PoolerVersion: ExpressibleByArgument {
    /// Reads `1.18.0`.
    public init?(argument: String) {
        self.init(argument)
    }
}
