import Crypto
import Foundation
import Tenancy

/// What a tenant's schema is made of: the tenant migrations of this program.
public struct TenantTemplate: Sendable {
    /// The migrations, in order.
    public let files: [SQLFile]
    /// The tables that they make, in order.
    public let tables: [String]
    /// SHA-256 of everything that makes a schema, in lower-case hexadecimal: changes with the template.
    public let checksum: String

    /// The template of this program.
    ///
    /// - Throws: ``MigrationError`` if the files are missing or wrongly numbered.
    public static func load() throws -> TenantTemplate {
        TenantTemplate(files: try SQLFile.all(.tenant))
    }

    init(files: [SQLFile]) {
        self.files = files
        self.tables = files.flatMap(\.statements).compactMap(Self.createdTable)
        let text =
            (files.flatMap(\.statements) + self.tables.flatMap { RowSecurity(table: $0, home: .nobody).statements })
            .joined(separator: "\u{1F}")
        self.checksum = SHA256.hash(data: Data(text.utf8)).map { String(format: "%02x", $0) }.joined()
    }

    /// The version that a tenant made from this template has.
    public var version: Int { self.files.last?.version ?? 0 }

    /// Everything that makes a tenant's schema, as SQL for people to read; the tenant is one that does not exist.
    public var sqlText: String {
        self.statements(after: 0, for: .nobody).map { $0 + ";" }.joined(separator: "\n\n") + "\n"
    }

    /// The statements that bring a tenant from `version` to this template, tables behind their policies included.
    ///
    /// They are to run as the owner, in the tenant's context: without it a statement that changes rows changes none,
    /// and a new foreign key is not checked against the rows that are there.
    func statements(after version: Int, for tenant: TenantID) -> [String] {
        let pending = self.files.filter { $0.version > version }.flatMap(\.statements)
        return pending
            + pending.compactMap(Self.createdTable).flatMap { RowSecurity(table: $0, home: tenant).statements }
    }

    private static func createdTable(_ statement: String) -> String? {
        let body = statement.split(separator: "\n").first { !$0.hasPrefix("--") } ?? ""
        let words = body.split(whereSeparator: { $0 == " " || $0 == "(" })
        guard words.count >= 3, words[0] == "CREATE", words[1] == "TABLE" else { return nil }
        return String(words[2])
    }
}

extension TenantID {
    /// Stands for whichever tenant it may be, where a schema is described rather than made (RFC 9562, section 5.9).
    static let nobody = TenantID(UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)))
}
