import ArgumentParser
import ControlPlane
import ServerBootstrap
import Tenancy

/// `bulkhead tenant list`.
struct TenantListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List tenants, oldest first.",
        discussion: """
            Examples:
              bulkhead tenant list
              bulkhead tenant list --limit 200 --json
            """)

    @Option(help: "How many at most, 1 to 200.")
    var limit = PageRequest.defaultLimit

    @Option(help: ArgumentHelp("Where the part before ended.", valueName: "cursor"))
    var cursor: String?

    @OptionGroup var installation: InstallationOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard PageRequest.limits.contains(self.limit) else {
            throw ArgumentParser.ValidationError("--limit must be from 1 to 200, not \(self.limit).")
        }
        if let cursor, PageCursor(text: cursor) == nil {
            throw ArgumentParser.ValidationError("--cursor must be what the list before ended with.")
        }
    }

    func run() async throws {
        let request = PageRequest(limit: self.limit, cursor: self.cursor.flatMap { PageCursor(text: $0) })
        let result = try await self.installation.withComposition { composition in
            let service = composition.tenantService
            let page = try await service.list(request)
            return TenantListOutput(
                data: page.items.map { TenantOutput($0, url: service.url(of: $0)) }, nextCursor: page.next?.text)
        }
        try self.output.print(result)
    }
}
