import ArgumentParser

/// `bulkhead keys`.
struct KeysCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys",
        abstract: "List, rotate and retire the keys of the installation.",
        discussion: """
            Token keys sign access tokens, context keys sign the tenant contexts of database sessions, database keys \
            are the database's own. Rotation adds a key that signs from then on; the ones before stay valid until they \
            are retired. Running servers follow within 30 seconds.
            """,
        subcommands: [KeysListCommand.self, KeysRotateCommand.self, KeysRetireCommand.self])
}
