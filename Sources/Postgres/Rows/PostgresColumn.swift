/// A column of a result.
public struct PostgresColumn: Sendable, Hashable {
    /// The name, as the statement gave it.
    ///
    /// Need not be unique.
    public let name: String
    /// The object id of the type (`pg_type.oid`).
    public let typeID: UInt32
}

/// The columns of a statement; shared by all its results.
final class ColumnSet: Sendable {
    static let empty = ColumnSet([])

    let columns: [PostgresColumn]
    private let indexes: [String: Int]

    init(_ columns: [PostgresColumn]) {
        self.columns = columns
        self.indexes = Dictionary(
            columns.enumerated().map { ($0.element.name, $0.offset) }, uniquingKeysWith: { first, _ in first })
    }

    var count: Int { self.columns.count }

    func index(of name: String) -> Int? {
        self.indexes[name]
    }
}
