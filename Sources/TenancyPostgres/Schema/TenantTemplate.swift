import Crypto
import Foundation
import Tenancy

/// What a tenant's schema is made of: the tenant migrations of this program, and those of an application on top.
public struct TenantTemplate: Sendable {
    /// The migrations, Bulkhead's own before an application's, each in order.
    public let files: [SQLFile]
    /// The tables that they make, in order.
    public let tables: [String]
    /// What a schema made of them looks like.
    public let shape: TemplateShape
    /// SHA-256 of everything that makes a schema, in lower-case hexadecimal: changes with the template.
    public let checksum: String

    /// The template of this program alone.
    ///
    /// - Throws: ``MigrationError`` if the files are missing or wrongly numbered.
    public static func load() throws -> TenantTemplate {
        try self.load(keepsSample: true)
    }

    /// - Parameter keepsSample: whether the tables of the sample domain are there.
    static func load(keepsSample: Bool) throws -> TenantTemplate {
        let left: Set<String> = keepsSample ? [] : ApplicationTables.sample
        var shape = try TemplateShape.expected()
        shape.tables.removeAll { left.contains($0.name) }
        return TenantTemplate(files: try SQLFile.all(.tenant).map { $0.without(left) }, shape: shape)
    }

    init(files: [SQLFile], shape: TemplateShape) {
        self.files = files
        self.shape = shape
        self.tables = Self.tables(of: files.flatMap(\.statements))
        let text =
            (files.flatMap(\.statements) + self.tables.flatMap { RowSecurity(table: $0, home: .nobody).statements })
            .joined(separator: "\u{1F}")
        self.checksum = SHA256.hash(data: Data(text.utf8)).map { String(format: "%02x", $0) }.joined()
    }

    /// The version that a tenant made from this template has: of Bulkhead's files the last, of an application's the last
    /// times 10,000.
    public var version: Int { self.ownVersion + self.applicationVersion }

    /// Whether the tables of the sample domain are there.
    public var hasSample: Bool { ApplicationTables.sample.isSubset(of: self.tables) }

    var ownVersion: Int { self.files.last { $0.version < SQLFile.applicationStep }?.version ?? 0 }
    var applicationVersion: Int { self.files.last { $0.version >= SQLFile.applicationStep }?.version ?? 0 }

    /// Everything that makes a tenant's schema, as SQL for people to read; the tenant is one that does not exist.
    public var sqlText: String {
        self.statements(after: 0, for: .nobody).map { $0 + ";" }.joined(separator: "\n\n") + "\n"
    }

    /// The files that a tenant at `version` lacks.
    func pending(after version: Int) -> [SQLFile] {
        let own = version % SQLFile.applicationStep
        return self.files.filter { file in
            file.version < SQLFile.applicationStep ? file.version > own : file.version > version - own
        }
    }

    /// The version of a tenant that was at `version` and has got what it lacked.
    ///
    /// What servers of a later release have given it stays on record.
    func version(after version: Int) -> Int {
        let own = version % SQLFile.applicationStep
        return max(own, self.ownVersion) + max(version - own, self.applicationVersion)
    }

    /// The statements that bring a tenant from `version` to this template, tables behind their policies included.
    ///
    /// They are to run as the owner, in the tenant's context: without it a statement that changes rows changes none,
    /// and a new foreign key is not checked against the rows that are there.
    func statements(after version: Int, for tenant: TenantID) -> [String] {
        let pending = self.pending(after: version).flatMap(\.statements)
        return pending + Self.tables(of: pending).flatMap { RowSecurity(table: $0, home: tenant).statements }
    }

    /// The tables that statements leave behind, in the order in which they are made.
    private static func tables(of statements: [String]) -> [String] {
        var tables: [String] = []
        for case let head? in statements.map({ StatementHead($0) }) {
            if head.verb == .createTable { tables.append(head.name) }
            if head.verb == .dropTable { tables.removeAll { $0 == head.name } }
        }
        return tables
    }
}

extension TenantID {
    /// Stands for whichever tenant it may be, where a schema is described rather than made (RFC 9562, section 5.9).
    static let nobody = TenantID(UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)))
}
