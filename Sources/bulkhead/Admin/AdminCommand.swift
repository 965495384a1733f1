import ArgumentParser

/// `bulkhead admin`.
struct AdminCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "admin", abstract: "Manage the administrators of the installation.",
        subcommands: [AdminCreateCommand.self])
}
