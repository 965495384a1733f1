import ArgumentParser

/// The command line.
struct Bulkhead: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bulkhead",
        abstract: "Multi-tenant infrastructure on PostgreSQL.",
        discussion: """
            Try it on this machine:
              bulkhead dev

            On a PostgreSQL of your own:
              bulkhead init --database-url postgresql://postgres@db/bulkhead
              bulkhead serve

            Settings come from flags, then BULKHEAD_* variables, then bulkhead.yaml, then defaults; \
            'bulkhead config check' shows them. Exit codes: 0 done, 1 failed, 2 wrong usage, 3 partly done.
            """,
        version: "0.1.0",
        subcommands: [
            DevCommand.self, ServeCommand.self, InitCommand.self, MigrateCommand.self, AdminCommand.self,
            TenantCommand.self, KeysCommand.self, CertsCommand.self, ConfigCommand.self, DoctorCommand.self,
            SchemaCommand.self, PgBouncerCommand.self,
            DemoCommand.self,
        ])
}
