import PgBouncer
import TenancyPostgres

/// What `bulkhead pgbouncer config` has worked out and written; holds no secret.
struct PgBouncerConfigOutput: CommandOutput {
    let version: String
    let poolSize: Int
    let maximumClients: Int
    let ini: String
    /// How servers reach it; without the password.
    let appDatabaseURL: String
    /// Whether servers may use named prepared statements: never behind a pooler.
    let preparedStatements: Bool
    /// What was written; nothing if the file goes to standard output.
    var files: [String] = []
    var advice: [String]

    init(_ plan: PoolerConfiguration, ini: String, place: String, tls: PoolerTLSOptions) {
        self.version = plan.version.description
        self.poolSize = plan.sizes.poolSize
        self.maximumClients = plan.sizes.maximumClients
        self.ini = ini
        self.appDatabaseURL = "postgresql://\(LoginRole.app.rawValue)@\(place)/\(plan.server.database)\(tls.query)"
        self.preparedStatements = false
        self.advice =
            ["Servers that go through the pooler need BULKHEAD_PREPARED_STATEMENTS=false."]
            + plan.version.advice + plan.sizes.concerns + plan.concerns + tls.concerns
    }

    var text: String {
        guard !self.files.isEmpty else { return self.ini }
        var lines = ["Written for PgBouncer \(self.version), readable by the owner of the folder alone:", ""]
        lines += self.files.map { "  " + $0 }
        lines += [
            "",
            "A pool of \(self.poolSize) connections for at most \(self.maximumClients) clients; the ini file says why.",
            "",
            "For the environment of 'bulkhead serve', with the password of bulkhead_app:", "",
            "  BULKHEAD_APP_DATABASE_URL=\(self.appDatabaseURL)",
            "  BULKHEAD_PREPARED_STATEMENTS=\(self.preparedStatements)", "",
            "BULKHEAD_DATABASE_URL stays as it is: the catalog, migrations and LISTEN go",
            "past the pooler.",
        ]
        if !self.advice.isEmpty {
            lines += ["", "To know:", ""]
            lines += self.advice.flatMap { Paragraph(text: "  - \($0)", indent: "    ").lines }
        }
        return lines.joined(separator: "\n")
    }
}
