import Identity
import PgBouncer
import Postgres
import ServerBootstrap
import TenancyPostgres

/// What the user list of a pooler holds.
struct PoolerSecrets {
    /// The file.
    let userList: String
    /// The password of the user who looks at figures.
    let statisticsPassword: String
    /// What the operator should know about it.
    let advice: [String]

    /// Takes passwords from where they are.
    static func gather(
        _ command: PgBouncerConfigCommand, _ configuration: ServerConfiguration
    ) async throws -> PoolerSecrets {
        let statistics = try command.statsPasswordFile.map(SecretInput.read) ?? PasswordPolicy.generate()
        // Whoever reads it out of the URL must not have to guess where it ends.
        guard statistics.utf8.allSatisfy(Self.isPlain) else {
            throw CommandFailure(
                message: "The password for \(command.statsUser) must be of ASCII letters, digits and -._~")
        }
        let (app, advice) = try await self.application(command, configuration)
        let list = UserList([
            (LoginRole.app.rawValue, app),
            (command.statsUser, .verifier(try StoredVerifier(password: statistics).text)),
        ])
        guard let text = list.text else {
            throw CommandFailure(
                message: "The password of bulkhead_app has a control character, which PgBouncer cannot read")
        }
        return PoolerSecrets(userList: text, statisticsPassword: statistics, advice: advice)
    }

    private static func application(
        _ command: PgBouncerConfigCommand, _ configuration: ServerConfiguration
    ) async throws -> (UserList.Secret, [String]) {
        let address = try PostgresAddress(configuration.app.url.text)
        guard address.user == LoginRole.app.rawValue else {
            throw CommandFailure(
                message: "BULKHEAD_APP_DATABASE_URL must be that of bulkhead_app: nobody else goes through the pooler")
        }
        let password = try PostgresAddress.password(in: configuration.app.url.text)
        guard let url = command.superuserURL.flatMap({ DatabaseURL($0) }) else {
            guard let password else {
                throw CommandFailure(
                    message:
                        "BULKHEAD_APP_DATABASE_URL has no password; say --superuser-url, so that PostgreSQL is asked")
            }
            return (
                .password(password),
                ["The user list holds the password of bulkhead_app; with --superuser-url it would hold a verifier."]
            )
        }
        let logger = InstallationOptions.quietLogger
        guard let verifier = try await PoolerFacts.verifier(superuser: url, logger: logger) else {
            throw CommandFailure(
                message: "PostgreSQL keeps no SCRAM verifier of bulkhead_app; set password_encryption to scram-sha-256 "
                    + "and give the role its password again (bulkhead init --app-password-file)")
        }
        let isOther = password.map { verifier.matches($0) == false } ?? false
        return (
            .verifier(verifier.text),
            isOther ? ["The password in BULKHEAD_APP_DATABASE_URL is not the one that PostgreSQL knows."] : []
        )
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "~"):
            return true
        default: return false
        }
    }
}
