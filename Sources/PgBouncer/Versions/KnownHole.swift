/// A hole in some releases of PgBouncer.
public struct KnownHole: Sendable, Hashable {
    /// Its number in the list of common vulnerabilities.
    public let identifier: String
    /// The first release that has it; nil for all before ``fixed``.
    public let since: PoolerVersion?
    /// The first release that has it no more.
    public let fixed: PoolerVersion
    /// What it lets somebody do.
    public let summary: String
    /// Why a configuration from here is not concerned; nil if it is.
    public let reasonUnconcerned: String?

    /// Whether this release has it; a distribution may have mended its own.
    public func isIn(_ version: PoolerVersion) -> Bool {
        version < self.fixed && self.since.map { $0 <= version } ?? true
    }

    /// All that are known here, newest first; from the changelog of PgBouncer and its entries in the CVE list.
    public static let all: [KnownHole] = [
        KnownHole(
            identifier: "CVE-2026-107350", since: PoolerVersion(1, 17), fixed: PoolerVersion(1, 26, 1),
            summary: "whoever knows one password of the user list can log in as any other user of it",
            reasonUnconcerned: nil),
        KnownHole(
            identifier: "CVE-2026-107349", since: PoolerVersion(1, 20), fixed: PoolerVersion(1, 26, 1),
            summary: "a client that has not logged in can keep it busy for ever",
            reasonUnconcerned: "needs ignore_startup_parameters"),
        KnownHole(
            identifier: "CVE-2026-107348", since: PoolerVersion(1, 21), fixed: PoolerVersion(1, 26, 1),
            summary: "a client can keep it busy for ever", reasonUnconcerned: "needs a max_packet_size above 2 GiB"),
        KnownHole(
            identifier: "CVE-2026-6664", since: nil, fixed: PoolerVersion(1, 25, 2),
            summary: "a client that has not logged in can crash it", reasonUnconcerned: nil),
        KnownHole(
            identifier: "CVE-2026-6665", since: nil, fixed: PoolerVersion(1, 25, 2),
            summary: "a malicious server can overflow its stack; verify-full keeps strangers from being the server",
            reasonUnconcerned: nil),
        KnownHole(
            identifier: "CVE-2026-6666", since: nil, fixed: PoolerVersion(1, 25, 2),
            summary: "a malicious server can crash it; verify-full keeps strangers from being the server",
            reasonUnconcerned: nil),
        KnownHole(
            identifier: "CVE-2025-12819", since: nil, fixed: PoolerVersion(1, 25, 1),
            summary: "a client that has not logged in can run SQL as the user of auth_query",
            reasonUnconcerned: "needs auth_query"),
        KnownHole(
            identifier: "CVE-2025-2291", since: nil, fixed: PoolerVersion(1, 24, 1),
            summary: "passwords work beyond VALID UNTIL", reasonUnconcerned: "needs auth_query"),
    ]
}

extension PoolerVersion {
    /// The first release without any hole known here.
    public static var clean: PoolerVersion { KnownHole.all.map(\.fixed).max() ?? .oldest }

    /// What somebody who runs this release should know, one sentence each; empty if nothing.
    public var advice: [String] {
        var lines: [String] = []
        let holes = KnownHole.all.filter { $0.isIn(self) && $0.reasonUnconcerned == nil }
        if !holes.isEmpty {
            lines.append(
                "PgBouncer \(self) has known holes, which \(Self.clean) has not, unless your distribution has mended them: "
                    + holes.map { "\($0.identifier) (\($0.summary))" }.joined(separator: "; ") + ".")
        }
        return lines
    }
}
