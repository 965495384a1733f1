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

/// One certificate for several processes.
@Suite struct SharedOrderTests {
    @Test func twoProcessesPlaceOneOrderAndShowTheSameCertificate() async throws {
        try await CertificateBench.use { bench in
            let processes = [try await bench.process("a"), try await bench.process("b")]
            for process in processes {
                #expect(process.status.state == .provisional && process.status.renewedAt == nil)
                #expect(process.status.readiness == .failed("there is none yet; it is being got"))
            }
            try await CertificateProcess.running(processes) {
                try await eventually(within: .seconds(60)) { processes.allSatisfy { $0.status.state == .valid } }
            }
            #expect(processes[0].serial == processes[1].serial)
            #expect(try bench.orders() == 1)
            let status = processes[1].status
            #expect(status.names.sorted() == CertificateBench.names && status.issuer.contains("Pebble"))
            #expect(status.lastError == nil && status.nextAttemptAt == nil && status.renewedAt != nil)
            guard case .ready = status.readiness else { return #expect(Bool(false), "\(status.readiness)") }
            try await Self.expectSealed(bench, processes[0].shown.live.bundle)
        }
    }

    @Test func aCertificateIsRenewedWhenAThirdOfItsTimeIsLeft() async throws {
        try await CertificateBench.use(validity: 12) { bench in
            let process = try await bench.process("a")
            try await CertificateProcess.running([process]) {
                try await eventually(within: .seconds(60)) { !process.shown.board.isProvisional }
                let first = process.shown.live.bundle
                try await eventually(within: .seconds(60)) { process.serial != first.serial }
                #expect(process.shown.live.bundle.notBefore >= first.notBefore.addingTimeInterval(8))
            }
        }
    }

    @Test func allProcessesAreOneCustomerOfTheAuthority() async throws {
        try await CertificateBench.use { bench in
            let first = try await bench.process("a")
            try await CertificateProcess.running([first]) {
                try await eventually(within: .seconds(60)) { first.status.state == .valid }
            }
            // Somebody else, with a folder of its own, gets the next one.
            let old = try await bench.put(.issued(daysAgo: 70))
            let second = try await bench.process("b")
            #expect(second.serial == old)
            try await CertificateProcess.running([second]) {
                try await eventually(within: .seconds(60)) { second.serial != old }
            }
            #expect(try bench.orders() == 2)
            #expect(try bench.authority.count(of: "There are now 1 accounts") == 1)
            #expect(try bench.authority.count(of: "There are now 2 accounts") == 0)
        }
    }

    /// Nobody who reads the catalog reads a key.
    private static func expectSealed(_ bench: CertificateBench, _ bundle: CertificateBundle) async throws {
        let database = bench.bulkhead.database
        let chain = try await database.execute("SELECT chain FROM bulkhead.certificates")
        #expect(chain.contains("BEGIN CERTIFICATE"))
        let plain = try await database.execute(
            """
            SELECT position('PRIVATE KEY'::bytea IN sealed_key) + position('PRIVATE KEY'::bytea IN sealed_account)
                 + position('acct'::bytea IN sealed_account) FROM bulkhead.certificates
            """)
        #expect(plain == "0")
        let row = try await database.execute("SELECT c::text FROM bulkhead.certificates c")
        #expect(!row.contains("PRIVATE KEY"))
        for line in bundle.keyPEM.split(separator: "\n") { #expect(!row.contains(line)) }
    }
}
