public import Postgres
public import Tenancy
import Workflow

/// Leases in `bulkhead.leases`.
public struct PostgresLeases: LeaseRepository {
    private let client: PostgresClient

    /// Leases through `client`, which logs in as `bulkhead_control`.
    public init(client: PostgresClient) { self.client = client }

    /// Takes a lease; see ``LeaseRepository/acquire(_:by:for:)``.
    public func acquire(_ name: LeaseName, by holder: String, for duration: Duration) async throws -> Lease? {
        let rows = try await self.client.query(
            """
            INSERT INTO bulkhead.leases AS l (name, holder, number, until)
            VALUES (\(name.rawValue), \(holder), 1,
                    clock_timestamp() + \(duration.wholeMilliseconds)::bigint * interval '1 millisecond')
            ON CONFLICT (name) DO UPDATE
            SET holder = excluded.holder, number = l.number + 1, until = excluded.until
            -- One from farther ahead than any lease reaches was given before the clock was set back.
            WHERE l.until <= clock_timestamp() OR l.until > clock_timestamp() + interval '1 day'
            RETURNING l.number
            """)
        return try rows.first.map { Lease(name: name, number: try $0[0].decode(Int.self)) }
    }

    /// Keeps a lease for longer; see ``LeaseRepository/renew(_:for:)``.
    public func renew(_ lease: Lease, for duration: Duration) async throws -> Bool {
        let rows = try await self.client.query(
            """
            UPDATE bulkhead.leases
            SET until = clock_timestamp() + \(duration.wholeMilliseconds)::bigint * interval '1 millisecond'
            WHERE name = \(lease.name.rawValue) AND number = \(lease.number)::bigint AND until > clock_timestamp()
            """)
        return rows.affectedRows == 1
    }

    /// Gives a lease back; see ``LeaseRepository/release(_:)``.
    public func release(_ lease: Lease) async throws {
        _ = try await self.client.query(
            """
            UPDATE bulkhead.leases SET until = clock_timestamp()
            WHERE name = \(lease.name.rawValue) AND number = \(lease.number)::bigint
            """)
    }
}
