/// A row of the catalog that this program cannot read, as after a downgrade.
enum CatalogError: Error, CustomStringConvertible {
    case unreadable(String)

    var description: String {
        switch self {
        case .unreadable(let what): return "the catalog's record of \(what) cannot be read by this version"
        }
    }
}
