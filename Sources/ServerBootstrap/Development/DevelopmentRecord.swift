import Identity

/// What a development instance has to remember between runs; secrets of a private database on one machine.
struct DevelopmentRecord: Codable, Sendable, Equatable {
    /// The address of the first administrator.
    var adminEmail: String
    /// The password that the first administrator was given.
    var adminPassword: String
    /// The password of `bulkhead_control`.
    var controlPassword: String
    /// The password of `bulkhead_app`.
    var appPassword: String
    /// The superuser's password, as at the last start.
    var superuserPassword: String
    /// The port of PostgreSQL, as at the last start.
    var databasePort: Int
    /// The port of the HTTP listener, as at the last start.
    var httpPort: Int
    /// Whether the HTTP listener speaks TLS, as at the last start; nil is no.
    var tls: Bool?

    /// A record for a new instance, with passwords of its own.
    static func new() -> DevelopmentRecord {
        DevelopmentRecord(
            adminEmail: "admin@bulkhead.localhost", adminPassword: PasswordPolicy.generate(),
            controlPassword: PasswordPolicy.generate(), appPassword: PasswordPolicy.generate(), superuserPassword: "",
            databasePort: 0, httpPort: 8080)
    }
}
