/// A role that a process logs in as; see docs/isolation.md for the rights of each.
public enum LoginRole: String, Sendable, CaseIterable {
    /// The control plane: catalog, and DDL through the owner.
    case control = "bulkhead_control"
    /// Tenant sessions, and nothing else.
    case app = "bulkhead_app"
    /// The edge: one view of the catalog.
    case directory = "bulkhead_directory"
    /// Backups: reads everything, changes nothing.
    case backup = "bulkhead_backup"

    var attributes: String {
        let plain = "LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION"
        switch self {
        // NOINHERIT: the owner's rights have to be taken on by SET LOCAL ROLE, where they are seen in the code.
        case .control: return plain + " NOINHERIT"
        case .app, .directory, .backup: return plain
        }
    }
}
