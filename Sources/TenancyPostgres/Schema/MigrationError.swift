/// Why a database cannot be brought to the wanted version; nothing was changed.
public enum MigrationError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The SQL files are not where the build put them.
    case missingResources
    /// A file's name does not start with a four-digit number and an underscore.
    case fileName(String)
    /// The files of a kind are not numbered from 1 without gaps, or one is empty.
    case sequence(String, Int)
    /// A file that the database has applied is different now.
    case changed(version: Int, name: String)
    /// The database has applied files that this program does not know.
    case newerDatabase(version: Int)
    /// A tenant's schema has no objects of the expected shape or a guard found something.
    case guardFailed([String])
    /// An application's folder of tenant migrations is not there or holds no file.
    case folder(String)
    /// A statement of an application's tenant migrations cannot be taken.
    case statement(file: String, number: Int, problem: String)
    /// An application's tables break the rules for tenants' tables.
    case tables([String])
    /// Tenants have tables of an application that this program does not know.
    case unknownTables(version: Int)
    /// `bulkhead init` has not run on this database.
    case notInstalled

    /// What happened and what to do.
    public var description: String {
        switch self {
        case .missingResources:
            return "the SQL files are missing beside the program; keep the *.resources folder next to the binary"
        case .fileName(let name): return "migration file \(name): the name must be like 0001_name.sql"
        case .sequence(let kind, let version):
            return "\(kind) migration \(version): files must be numbered from 1 without gaps and not be empty"
        case .changed(let version, let name):
            return "migration \(version) (\(name)) was changed after it was applied; restore it and add a new one"
        case .newerDatabase(let version):
            return "the database is at migration \(version), which this program does not know; run a newer bulkhead"
        case .guardFailed(let findings):
            return "the schema breaks isolation rules: " + findings.joined(separator: "; ")
        case .folder(let path):
            return "tenant migrations: \(path) is no folder with files like 0001_name.sql"
        case .statement(let file, let number, let problem):
            return "tenant migration \(file), statement \(number): \(problem)"
        case .tables(let findings):
            return "the application's tables break the rules for tenants' tables: " + findings.joined(separator: "; ")
        case .unknownTables(let version):
            return "tenants have tables of an application, at version \(version), that this program does not know; "
                + "start the application's own program, or set BULKHEAD_TENANT_TABLES to its folder of migrations"
        case .notInstalled:
            return "the database has not been prepared; run: bulkhead init --database-url <superuser URL>"
        }
    }
}
