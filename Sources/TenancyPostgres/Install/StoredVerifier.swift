import Foundation
public import Postgres

/// What PostgreSQL keeps of a role's password, for a pooler that checks the same passwords.
public struct StoredVerifier: Sendable {
    /// `SCRAM-SHA-256$...`, as in `pg_authid.rolpassword`; never for a log.
    public let text: String

    /// Makes one for a role that PostgreSQL does not know.
    ///
    /// - Throws: `CryptoKitError` if the password cannot be hashed.
    public init(password: String) throws {
        self.text = try ScramVerifier(password: password).text
    }

    private init(text: String) {
        self.text = text
    }

    /// Reads that of a role; nil if there is no such role, or it has no password, or one that is not kept for SCRAM.
    ///
    /// - Parameter client: logs in as a superuser; nobody else may read it.
    /// - Throws: `PostgresError`, with `insufficientPrivilege` for anybody else.
    public static func read(_ role: LoginRole, _ client: PostgresClient) async throws -> StoredVerifier? {
        let rows = try await client.query(
            """
            SELECT rolpassword FROM pg_catalog.pg_authid WHERE rolname = \(role.rawValue) AND rolcanlogin
            """)
        guard let stored = try rows.first?.decode(String?.self), let text = stored, text.hasPrefix("SCRAM-SHA-256$")
        else { return nil }
        return StoredVerifier(text: text)
    }

    /// Whether it is that of this password; nil if that cannot be said.
    public func matches(_ password: String) -> Bool? {
        let parts = self.text.split(separator: "$")
        guard parts.count == 3, password.utf8.allSatisfy({ (32..<127).contains($0) }) else { return nil }
        let numbers = parts[1].split(separator: ":")
        guard numbers.count == 2, let iterations = Int(numbers[0]), (1...10_000_000).contains(iterations),
            let salt = Data(base64Encoded: String(numbers[1])), !salt.isEmpty,
            // What cannot be hashed cannot be compared.
            let verifier = try? ScramVerifier(password: password, salt: Array(salt), iterations: iterations)
        else { return nil }
        return verifier.text == self.text
    }
}

extension StoredVerifier: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Not the verifier.
    public var description: String { "StoredVerifier" }
    /// Not the verifier.
    public var debugDescription: String { self.description }
    /// Not the verifier.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
