import Postgres
import Tenancy
import TenancyPostgres
import TestSupport
import Testing

/// Many rows into a tenant's table.
@Suite("Rows in bulk", .timeLimit(.minutes(3)))
struct InsertTests {
    private struct Broken: Error {}
    private typealias Row = [(any PostgresEncodable)?]

    /// Rows one by one; nil ends them.
    private static func rows(
        _ make: @escaping @Sendable (Int) throws -> Row?
    ) -> AsyncThrowingStream<Row, any Error> {
        let counter = Counter()
        return AsyncThrowingStream { try make(await counter.next()) }
    }

    private actor Counter {
        private var number = -1

        func next() -> Int {
            self.number += 1
            return self.number
        }
    }

    private static let columns = ["tenant_id", "name", "email", "notes"]
    private static let nasty = [
        "a\"b", "a\\b", "{a,b}", "NULL", "\\N", "a\tb\nc", "ünï", "'; DROP TABLE clients; --", " ", "(,)",
    ]

    @Test("All arrive, in one transaction, as they were", arguments: TwoTenants.Route.allCases)
    func all(route: TwoTenants.Route) async throws {
        try await TwoTenants.with(route) { two in
            let tenant = two.a.id.uuid
            let before = try await two.fingerprintOfB()
            let count = try await two.bulkhead.tenants.withTenant(two.accessA) { session in
                try await session.insert(
                    into: "clients", columns: Self.columns,
                    rows: Self.rows { number in
                        guard number < 20_000 else { return nil }
                        return [tenant, "bulk \(number)", nil, Self.nasty[number % Self.nasty.count]]
                    })
            }
            #expect(count == 20_000)
            let answers = try await two.bulkhead.tenants.read(
                [
                    "SELECT count(*)::int, count(email)::int FROM clients WHERE name LIKE 'bulk %'",
                    "SELECT DISTINCT notes FROM clients WHERE name LIKE 'bulk %'",
                ], in: two.accessA)
            #expect(try answers[0].only()[0].decode(Int.self) == 20_000)
            #expect(try answers[0].only()[1].decode(Int.self) == 0)
            #expect(try Set(answers[1].map { try $0[0].decode(String.self) }) == Set(Self.nasty))
            #expect(try await two.fingerprintOfB() == before)
        }
    }

    @Test("A row of another tenant is refused, and all before it with it")
    func another() async throws {
        try await TwoTenants.with(.direct) { two in
            let (a, b) = (two.a.id.uuid, two.b.id.uuid)
            let before = try await two.fingerprintOfB()
            let error = await #expect(throws: PostgresError.self) {
                try await two.bulkhead.tenants.withTenant(two.accessA) { session in
                    try await session.insert(
                        into: "clients", columns: ["tenant_id", "name"],
                        rows: Self.rows { $0 < 12_000 ? [$0 == 11_000 ? b : a, "bulk"] : nil })
                }
            }
            #expect(error?.sqlState == .insufficientPrivilege)
            let rows = try await two.bulkhead.tenants.read(
                ["SELECT count(*)::int FROM clients WHERE name = 'bulk'"], in: two.accessA)
            #expect(try rows[0].only()[0].decode(Int.self) == 0)
            #expect(try await two.fingerprintOfB() == before)
        }
    }

    @Test("PostgreSQL has no COPY into tenants' tables")
    func copy() async throws {
        try await TwoTenants.with(.direct) { two in
            let error = await #expect(throws: PostgresError.self) {
                try await two.bulkhead.tenants.withTenant(two.accessA) { session in
                    try await session.query("COPY clients (tenant_id, name) FROM STDIN")
                }
            }
            #expect(error?.sqlState == .featureNotSupported)
        }
    }

    @Test("Limits of columns hold as in a plain INSERT: too long is refused, spaces and digits are cut")
    func limits() async throws {
        try await TwoTenants.with(.direct) { two in
            let tenant = two.a.id.uuid
            try await two.bulkhead.database.execute(
                """
                ALTER TABLE \(two.schemaA).clients ADD COLUMN code varchar(3), ADD COLUMN mark char(3),
                ADD COLUMN share numeric(5,2), ADD COLUMN shares numeric(5,2)[]
                """)
            func insert(_ column: String, _ value: String) async throws {
                _ = try await two.bulkhead.tenants.withTenant(two.accessA) { session in
                    try await session.insert(
                        into: "clients", columns: ["tenant_id", "name", column],
                        rows: Self.rows { $0 == 0 ? [tenant, "limit", value] : nil })
                }
            }
            for (column, value, state) in [
                ("code", "toolong", "22001"), ("mark", "toolong", "22001"), ("share", "1000", "22003"),
                ("shares", "{1,1000}", "22003"),
            ] as [(String, String, SQLState)] {
                let error = await #expect(throws: PostgresError.self) { try await insert(column, value) }
                #expect(error?.sqlState == state, "\(column)")
            }
            for (column, value, kept) in [
                ("code", "abc", "abc"), ("code", "ab    ", "ab "), ("mark", "a", "a"), ("share", "1.235", "1.24"),
                ("shares", "{1.235,2}", "{1.24,2.00}"),
            ] {
                try await insert(column, value)
                let rows = try await two.bulkhead.tenants.read(
                    ["SELECT count(*)::int FROM clients WHERE \(identifier: column)::text = \(kept)"], in: two.accessA)
                #expect(try rows[0].only()[0].decode(Int.self) == 1, "\(column) \(value)")
            }
        }
    }

    @Test("What does not fit is refused; what the sequence throws is thrown")
    func misfits() async throws {
        try await TwoTenants.with(.direct) { two in
            let tenant = two.a.id.uuid
            for (columns, row, expected) in [
                (["tenant_id", "nme"], [tenant, "x"], InsertError.unknownColumn), ([], [], .noColumns),
                (["tenant_id", "name"], [tenant], .wrongCount),
            ] as [([String], Row, InsertError)] {
                await #expect(throws: expected) {
                    try await two.bulkhead.tenants.withTenant(two.accessA) { session in
                        try await session.insert(
                            into: "clients", columns: columns,
                            rows: AsyncStream(Row.self) {
                                $0.yield(row)
                                $0.finish()
                            })
                    }
                }
            }
            await #expect(throws: Broken.self) {
                try await two.bulkhead.tenants.withTenant(two.accessA) { session in
                    try await session.insert(
                        into: "clients", columns: ["tenant_id", "name"],
                        rows: Self.rows { number in
                            if number == 6_000 { throw Broken() }
                            return [tenant, "bulk"]
                        })
                }
            }
            let rows = try await two.bulkhead.tenants.read(
                ["SELECT count(*)::int FROM clients WHERE name = 'bulk'"], in: two.accessA)
            #expect(try rows[0].only()[0].decode(Int.self) == 0)
        }
    }
}
