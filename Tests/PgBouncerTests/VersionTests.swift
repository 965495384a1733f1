import PgBouncer
import Testing

/// Releases: how they are read, and what is known of each.
@Suite struct VersionTests {
    @Test(arguments: [
        ("1.18", PoolerVersion(1, 18, 0)), ("1.18.0", PoolerVersion(1, 18, 0)), ("1.9.12", PoolerVersion(1, 9, 12)),
        ("PgBouncer 1.26.1\nlibevent 2.1.12-stable\ntls: OpenSSL 3.0.19", PoolerVersion(1, 26, 1)),
        ("1.27.0rc1", PoolerVersion(1, 27, 0)),
    ])
    func isRead(_ text: String, _ version: PoolerVersion) {
        #expect(PoolerVersion(text) == version)
        #expect(PoolerVersion(version.description) == version)
    }

    @Test(arguments: [
        "", "1", "1.", "1.x", "a.b.c", "-1.2", "1.2.3.4", "PostgreSQL 15.2", "1.٣.0", "1.9999999.0", "\n",
    ])
    func isNone(_ text: String) {
        #expect(PoolerVersion(text) == nil)
    }

    @Test func areInOrder() {
        let order = ["1.17.9", "1.18.0", "1.18.1", "1.20.0", "1.21.0", "1.26.1", "2.0.0"].compactMap {
            PoolerVersion($0)
        }
        #expect(order.count == 7)
        for (earlier, later) in zip(order, order.dropFirst()) {
            #expect(earlier < later && !(later < earlier))
        }
    }

    @Test(arguments: [
        ("CVE-2026-107350", ["1.17.0", "1.18.0", "1.26.0"], ["1.16.1", "1.26.1"]),
        ("CVE-2026-107349", ["1.20.0", "1.26.0"], ["1.19.1", "1.26.1"]),
        ("CVE-2026-107348", ["1.21.0", "1.26.0"], ["1.20.1", "1.26.1"]),
        ("CVE-2026-6664", ["1.18.0", "1.25.1"], ["1.25.2"]),
        ("CVE-2025-12819", ["1.18.0", "1.25.0"], ["1.25.1"]),
        ("CVE-2025-2291", ["1.18.0", "1.24.0"], ["1.24.1"]),
    ])
    func holesAreInTheReleasesThatHaveThem(_ identifier: String, _ affected: [String], _ mended: [String]) throws {
        let hole = try #require(KnownHole.all.first { $0.identifier == identifier })
        for text in affected { #expect(hole.isIn(try #require(PoolerVersion(text))), "\(text)") }
        for text in mended { #expect(!hole.isIn(try #require(PoolerVersion(text))), "\(text)") }
    }

    @Test func adviceNamesWhatConcernsUs() throws {
        let debian = PoolerVersion(1, 18).advice.joined(separator: " ")
        for text in ["CVE-2026-107350", "CVE-2026-6664", "1.26.1"] {
            #expect(debian.contains(text), "\(text)")
        }
        // They need auth_query, which is not written.
        #expect(!debian.contains("CVE-2025-12819") && !debian.contains("CVE-2025-2291"))
        let middle = PoolerVersion(1, 26, 0).advice
        #expect(middle.count == 1 && middle[0].contains("CVE-2026-107350") && !middle[0].contains("CVE-2026-6664"))
        #expect(PoolerVersion(1, 26, 1).advice.isEmpty)
        #expect(PoolerVersion.clean == PoolerVersion(1, 26, 1))
    }
}
