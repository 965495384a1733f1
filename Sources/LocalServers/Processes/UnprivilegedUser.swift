package import Foundation

/// Whom servers run as when this process is root: PostgreSQL and PgBouncer refuse to run as root.
package struct UnprivilegedUser: Equatable, Sendable {
    let name: String
    package let uid: uid_t
    package let gid: gid_t

    /// `postgres` if the system has that user, else `nobody`; nil when this process is not root and runs servers as
    /// itself.
    package static func current() throws(LocalServerError) -> UnprivilegedUser? {
        guard geteuid() == 0 else { return nil }
        for name in ["postgres", "nobody"] {
            if let user = find(name) { return user }
        }
        throw LocalServerError(
            .notInstalled, "Servers do not run as root, and there is no user 'postgres' or 'nobody' to run them as.")
    }

    /// What comes before a command so that it runs as this user; it replaces itself by the command, so the process id
    /// is the command's.
    package var prefix: [String] {
        ["/usr/bin/setpriv", "--reuid=\(uid)", "--regid=\(gid)", "--clear-groups", "--"]
    }

    private static func find(_ name: String) -> UnprivilegedUser? {
        var entry = passwd()
        var found: UnsafeMutablePointer<passwd>?
        var buffer = [CChar](repeating: 0, count: 16_384)
        guard getpwnam_r(name, &entry, &buffer, buffer.count, &found) == 0, found != nil else { return nil }
        return UnprivilegedUser(name: name, uid: entry.pw_uid, gid: entry.pw_gid)
    }
}
