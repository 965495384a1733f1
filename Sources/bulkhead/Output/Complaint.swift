import Foundation
import Identity
import LocalServers
import PgBouncer
import Postgres
import ServerBootstrap
import Tenancy
import TenancyPostgres

/// What went wrong, for the person at the keyboard: what happened, to what, and what to do.
struct Complaint {
    private let message: String
    private var lines: [String] = []

    /// Words for any error that a command can end with.
    init(_ error: any Error) {
        switch error {
        case let error as CommandFailure: self.message = error.message
        case let error as ConfigurationError:
            self.message = "The configuration has \(error.problems.count) problem(s):"
            self.lines = error.problems.map(\.description)
        case let error as Tenancy.ValidationError:
            self.message = "Nothing was done; \(error.problems.count) value(s) must be different:"
            self.lines = error.problems.map { "\(Self.option($0.pointer)) \($0.detail)" }
        case let error as DomainError: self.message = Self.sentence(error)
        case let error as PostgresError: (self.message, self.lines) = Self.words(error)
        case let error as MigrationError: self.message = "\(error)"
        case let error as BootstrapError: self.message = "\(error)"
        case let error as PoolerFolder.Failure: self.message = "Nothing was written: \(error)"
        case let error as PoolerSizes.Impossible: self.message = "\(error)"
        case let error as PoolerConfiguration.Invalid:
            self.message = "There is no configuration that is safe and works this way:"
            self.lines = error.problems
        case let error as PoolerAnswers.Unknown: self.message = "This is not to be understood: \(error)"
        case let error as IdentityError: self.message = error.detail
        case let error as LocalServerError:
            self.message = error.message
            self.lines = error.details?.split(separator: "\n").suffix(12).map(String.init) ?? []
        default: self.message = "\(error)"
        }
    }

    /// Lines that begin with `bulkhead:`.
    var text: String {
        let first = Paragraph(text: "bulkhead: " + self.message, indent: "  ").lines
        return (first + self.lines.flatMap { Paragraph(text: "  " + $0, indent: "    ").lines }).joined(separator: "\n")
    }

    /// `/adminEmail` is `--admin-email` on the command line.
    private static func option(_ pointer: String) -> String {
        let parts = pointer.split(separator: "/")
        guard let field = parts.first else { return "The input" }
        var name = "--"
        for character in field {
            if character.isUppercase { name.append("-") }
            name.append(character.lowercased())
        }
        return ([name] + parts.dropFirst().map(String.init)).joined(separator: " ")
    }

    private static func sentence(_ error: DomainError) -> String {
        switch error {
        case .notFound(let kind): return "There is no such \(kind)"
        case .taken(let field, let detail), .reserved(let field, let detail, _):
            return "\(Self.option(field)) \(detail)"
        case .conflict(let text), .forbidden(let text): return text
        case .preconditionFailed: return "It has been changed in the meantime; look again and repeat"
        case .badCredentials: return "The credentials are wrong"
        case .linkGone: return "The link was used, replaced or has expired"
        case .idempotencyKeyReused: return "The idempotency key was used for another request before"
        case .tooManyAttempts(_, let seconds): return "Too many attempts. Try again in \(seconds) s"
        case .heldUp(let text, let seconds): return "\(text) Try again in \(seconds) s"
        case .busy(let seconds): return "Too much at once; try again in \(seconds) s"
        }
    }

    private static func words(_ error: PostgresError) -> (String, [String]) {
        if let reason = Self.reasonForNoConnection(error) {
            return (
                "The database cannot be reached. Is it running, and are the URLs right? 'bulkhead config check' shows "
                    + "them", [reason]
            )
        }
        var lines: [String] = []
        if let server = error.server {
            let state = error.sqlState.map { " (\($0))" } ?? ""
            lines = ["PostgreSQL says: \(server.message ?? "nothing")\(state)"]
            lines += [server.detail, server.hint].compactMap(\.self)
        }
        let absences: [SQLState] = [.undefinedTable, .undefinedFunction, "3F000"]
        if let state = error.sqlState, absences.contains(state) {
            return (
                "The database has not been prepared for this version; run 'bulkhead init', then 'bulkhead migrate'",
                lines
            )
        }
        return ("The database did not do it: \(error.message)", lines)
    }

    /// What libpq said, if no connection could be opened; it names host and role, never the password.
    private static func reasonForNoConnection(_ error: PostgresError) -> String? {
        if error.code == .deadlineExceeded, let cause = error.cause as? PostgresError {
            return Self.reasonForNoConnection(cause)
        }
        guard error.code == .connectionFailed else { return nil }
        let text = error.debugDescription
        guard let start = text.range(of: "detail: ")?.upperBound else { return error.message }
        return text[start...].split(separator: "\n").first.map(String.init)
    }
}
