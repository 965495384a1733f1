import ACME
import BulkheadHummingbird
import Certificates
import ControlPlane
import DNSProviders
import DNSTestSupport
import Foundation
import TLS
import Tenancy
import TenancyPostgres
import TestSupport
import Testing

@testable import ServerBootstrap

/// What becomes of an order when its process does not get to the end of it.
@Suite struct LeaseTests {
    @Test func aProcessThatDiedIsReplacedWhenItsLeaseEnds() async throws {
        try await CertificateBench.use { bench in
            let leases = PostgresLeases(client: bench.bulkhead.control)
            let start = ContinuousClock.now
            #expect(try await leases.acquire(.certificate, by: "dead", for: .seconds(3)) != nil)
            let process = try await bench.process("b")
            try await CertificateProcess.running([process]) {
                try await eventually(within: .seconds(60)) { process.status.state == .valid }
            }
            #expect(ContinuousClock.now - start >= .seconds(3))
            #expect(try bench.orders() == 1)
            let row = try await bench.bulkhead.database.execute("SELECT holder, number FROM bulkhead.leases")
            #expect(row.contains("b") && row.contains("2") && !row.contains("dead"), "\(row)")
        }
    }

    @Test func whoLosesTheLeaseEndsTheOrderAndStoresNothing() async throws {
        try await CertificateBench.use { bench in
            let old = try await bench.put(.issued(daysAgo: 70))
            let process = try await bench.process("a", lease: .seconds(1))
            try await bench.authority.pause()
            try await CertificateProcess.running([process]) {
                try await eventually(within: .seconds(30)) { process.isOrdering }
                try await bench.bulkhead.database.execute(
                    """
                    UPDATE bulkhead.leases SET number = number + 1, holder = 'thief',
                        until = clock_timestamp() + interval '1 hour'
                    """)
                try await eventually(within: .seconds(30)) { !process.isOrdering }
                bench.authority.resume()
                #expect(process.serial == old && process.status.lastError == nil)
                #expect(try await bench.shared.found().record.version == 1)
                try await bench.bulkhead.database.execute("UPDATE bulkhead.leases SET until = clock_timestamp()")
                try await eventually(within: .seconds(60)) { process.serial != old }
            }
        }
    }

    @Test func aLeaseIsKeptForAsLongAsTheOrderTakes() async throws {
        try await CertificateBench.use { bench in
            let process = try await bench.process("a", lease: .seconds(1))
            try await bench.authority.pause()
            try await CertificateProcess.running([process]) {
                try await eventually(within: .seconds(30)) { process.isOrdering }
                let first = try await Self.end(bench)
                // Twice as long as the lease would last by itself.
                try await eventually(within: .seconds(30)) { try await Self.end(bench) > first.addingTimeInterval(2) }
                #expect(process.isOrdering)
                bench.authority.resume()
                try await eventually(within: .seconds(60)) { process.status.state == .valid }
            }
            #expect(try await bench.bulkhead.database.execute("SELECT number FROM bulkhead.leases") == "1")
        }
    }

    @Test func aShutdownInTheMiddleGivesTheLeaseBack() async throws {
        try await CertificateBench.use { bench in
            let process = try await bench.process("a")
            try await bench.authority.pause()
            try await CertificateProcess.running([process]) {
                try await eventually(within: .seconds(30)) { process.isOrdering }
            }
            #expect(!process.isOrdering, "lego has ended")
            let free = try await bench.bulkhead.database.execute(
                "SELECT until <= clock_timestamp() FROM bulkhead.leases")
            #expect(free == "t")
            #expect(try await bench.shared.found().state.lastFailure == nil)
            bench.authority.resume()
        }
    }

    @Test func aCertificateThatWasIssuedBeforeACrashIsNotOrderedAgain() async throws {
        try await CertificateBench.use { bench in
            // All that a process does before it puts the certificate into the catalog, where this one never came.
            let issued = try await bench.issuer("a").obtain(replacing: nil)
            let process = try await bench.process("a")
            try await CertificateProcess.running([process]) {
                try await eventually(within: .seconds(60)) { process.status.state == .valid }
            }
            #expect(process.serial == issued.serial)
            #expect(try bench.orders() == 1)
        }
    }

    private static func end(_ bench: CertificateBench) async throws -> Date {
        let seconds = try await bench.bulkhead.database.execute(
            "SELECT extract(epoch FROM until) FROM bulkhead.leases")
        return Date(timeIntervalSince1970: try #require(Double(seconds)))
    }
}
