public import Foundation

/// Which tables tenants have besides Bulkhead's own.
public struct ApplicationTables: Sendable, Hashable {
    /// Folders of an application's tenant migrations; their files are numbered as one row from 1.
    public var folders: [URL]
    /// Whether the tables of the sample domain are there: `clients`, `registrations`, `documents`, `commissions`.
    public var keepsSample: Bool

    /// Which tables.
    public init(folders: [URL] = [], keepsSample: Bool = true) {
        self.folders = folders
        self.keepsSample = keepsSample
    }

    /// The tables of the sample domain.
    static let sample: Set<String> = ["clients", "registrations", "documents", "commissions"]

    /// The migrations, in order, checked as far as text can be.
    ///
    /// - Throws: ``MigrationError``.
    func files(beside own: Set<String>) throws -> [SQLFile] {
        let files = try self.folders.flatMap { try SQLFile.application(in: $0) }.sorted { $0.version < $1.version }
        for (index, file) in files.enumerated()
        where file.version != (index + 1) * SQLFile.applicationStep || file.statements.isEmpty {
            throw MigrationError.sequence("application", file.version / SQLFile.applicationStep)
        }
        var tables: Set<String> = []
        for file in files {
            for (index, statement) in file.statements.enumerated() {
                guard let problem = Self.problem(with: statement, own, &tables) else { continue }
                throw MigrationError.statement(file: file.name, number: index + 1, problem: problem)
            }
        }
        return files
    }

    /// What is wrong with a statement, in words that help; nil if nothing is.
    ///
    /// A list of what may be, not of what may not: whatever is not known to stay inside the tenant's schema is refused.
    private static func problem(with statement: String, _ own: Set<String>, _ tables: inout Set<String>) -> String? {
        guard let head = StatementHead(statement) else {
            return
                "must be CREATE, ALTER or DROP TABLE, CREATE or DROP INDEX, INSERT, UPDATE or DELETE, with the plain "
                + "lower-case name of a table; policies and rights are Bulkhead's to make, and views, functions, "
                + "triggers, sequences and types have no place in a tenant's schema"
        }
        if head.verb == .createTable {
            if own.contains(head.name) || head.name.hasPrefix("bulkhead_") {
                return "\(head.name) is, or may become, a table of Bulkhead's own; choose another name"
            }
            tables.insert(head.name)
            return nil
        }
        if head.verb == .dropIndex { return nil }
        guard tables.contains(head.name) else {
            return "\(head.name) is no table that these files have made; only those may be changed"
        }
        if head.verb == .dropTable { tables.remove(head.name) }
        guard head.verb == .alterTable else { return nil }
        let words = statement.uppercased().split { !$0.isLetter && !$0.isNumber && $0 != "_" }
        let text = " " + words.joined(separator: " ") + " "
        let forbidden = [
            "RENAME TO", "ROW LEVEL SECURITY", "OWNER TO", "SCHEMA", "INHERIT", "TRIGGER", "PARTITION", "TENANT_HOME",
        ]
        return forbidden.first { text.contains(" \($0) ") }.map {
            "\($0) is not possible in a tenant's table; make a new table and move the rows"
        }
    }
}
