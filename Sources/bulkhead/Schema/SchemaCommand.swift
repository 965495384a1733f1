import ArgumentParser
import TenancyPostgres

/// `bulkhead schema`.
struct SchemaCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schema", abstract: "Look at what tenants' schemas are made of.",
        subcommands: [SchemaPrintCommand.self])
}

/// `bulkhead schema print`.
struct SchemaPrintCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "print",
        abstract: "Print the template of a tenant's schema; needs no database.",
        discussion: """
            Examples:
              bulkhead schema print --sql
              bulkhead schema print --json
            """)

    @Flag(help: "As the statements that make it (the default).")
    var sql = false

    @Flag(help: "As tables, columns, keys, indexes, policies and rights.")
    var json = false

    func validate() throws {
        if self.sql, self.json { throw ArgumentParser.ValidationError("Choose one of --sql and --json.") }
    }

    func run() async throws {
        let text = self.json ? try JSONText.pretty(TemplateShape.expected()) : try TenantTemplate.load().sqlText
        StandardStream.output.write(text)
    }
}
