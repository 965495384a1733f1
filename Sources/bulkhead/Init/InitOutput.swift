/// What `bulkhead init` did.
struct InitOutput: CommandOutput {
    /// What became of the database.
    struct Result: Sendable {
        let database: String
        let createdRoles: [String]
        let refused: [String]
        let migrations: [String]
        /// Nil if the role existed and kept its password.
        let controlURL: String?
        let appURL: String?
        let directoryURL: String?
    }

    let database: String
    let createdRoles: [String]
    let refused: [String]
    let migrations: [String]
    let controlURL: String?
    let appURL: String?
    let directoryURL: String?
    let secretFile: String
    let createdSecretFile: Bool

    init(_ result: Result, secretFile: String, isNewSecret: Bool) {
        self.database = result.database
        self.createdRoles = result.createdRoles
        self.refused = result.refused
        self.migrations = result.migrations
        self.controlURL = result.controlURL
        self.appURL = result.appURL
        self.directoryURL = result.directoryURL
        self.secretFile = secretFile
        self.createdSecretFile = isNewSecret
    }

    var text: String {
        let roles = self.createdRoles.isEmpty ? "were there already" : self.createdRoles.joined(separator: ", ")
        let migrations = self.migrations.isEmpty ? "none needed" : self.migrations.joined(separator: ", ")
        let secret = self.createdSecretFile ? "new; keep a copy, without it all keys are lost" : "as it was"
        let fields = FieldList([
            ("Roles", roles), ("Migrations", migrations), ("Secret file", "\(self.secretFile) (\(secret))"),
        ])
        var lines = ["The database \(self.database) is ready.", ""] + fields.lines(indent: "  ")
        lines += self.refusals + [""] + self.variables
        return lines.joined(separator: "\n")
    }

    private var refusals: [String] {
        guard !self.refused.isEmpty else { return [] }
        let text = """
            PostgreSQL did not let this role take \(self.refused.count) right(s) from everybody, as managed services do \
            not. Tenants stay isolated; a superuser can close these by running the same command again:
            """
        return [""] + Paragraph(text: text).lines
            + self.refused.flatMap { Paragraph(text: "  - \($0)", indent: "    ").lines }
    }

    private var variables: [String] {
        let unchanged = "(unchanged: the role existed and keeps its password)"
        return [
            "For the environment of 'bulkhead serve' - passwords are shown this once:", "",
            "  BULKHEAD_DATABASE_URL=\(self.controlURL ?? unchanged)",
            "  BULKHEAD_APP_DATABASE_URL=\(self.appURL ?? unchanged)",
            "  BULKHEAD_SECRET_FILE=\(self.secretFile)", "",
            "For that of 'bulkhead serve --role edge', which needs nothing else of these:", "",
            "  BULKHEAD_DIRECTORY_DATABASE_URL=\(self.directoryURL ?? unchanged)",
        ]
    }
}
