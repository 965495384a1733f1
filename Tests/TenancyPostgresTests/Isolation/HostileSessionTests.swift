import Foundation
import Postgres
import Tenancy
import TenancyPostgres
import TestSupport
import Testing

/// What psql can do with the application's login and one credential of A, beyond what the client would send.
@Suite("A hostile session with psql")
struct HostileSessionTests {
    private static func enter(_ two: TwoTenants, mode: AccessMode) -> String {
        let entry = two.bulkhead.signer.credential(for: two.a.id, mode: mode)
        let signature = entry.signature.map { String(format: "%02x", $0) }.joined()
        return """
            SELECT bulkhead.enter_tenant('\(two.a.id)', '\(mode.rawValue)', \(entry.expiresAt), '\(entry.nonce)',
                '\(entry.keyID)', decode('\(signature)', 'hex'), 5000, 5000, 5000)
            """
    }

    @Test("No plan or parse tree that a session can have printed holds a key")
    func keysInPlans() async throws {
        try await TwoTenants.with(.direct) { two in
            let pads = try await two.bulkhead.database.execute(
                """
                SELECT string_agg(encode(inner_pad, 'hex') || ' ' || encode(outer_pad, 'hex'), ' ')
                FROM bulkhead.context_keys
                """
            ).split(separator: " ").map(String.init)
            #expect(pads.count >= 4)
            let output = try await two.bulkhead.database.cluster.verboseOutput(
                of: [
                    "SET client_min_messages = debug5", "SET debug_print_parse = on", "SET debug_print_rewritten = on",
                    "SET debug_print_plan = on", "SET debug_pretty_print = off",
                    "SET plan_cache_mode = force_custom_plan",
                    "BEGIN", Self.enter(two, mode: .readWrite), "SELECT count(*) FROM clients",
                    "SELECT bulkhead.current_tenant()", "COMMIT",
                ], uri: two.bulkhead.database.uri(role: .app))
            #expect(output.contains("PLANNEDSTMT"))
            #expect(output.contains("COMMIT"))
            for pad in pads {
                // Trees print the bytes of a constant as signed decimals with blanks between.
                let bytes = stride(from: 0, to: 32, by: 2).compactMap { offset -> UInt8? in
                    let start = pad.index(pad.startIndex, offsetBy: offset)
                    return UInt8(pad[start..<pad.index(start, offsetBy: 2)], radix: 16)
                }
                #expect(bytes.count == 16)
                #expect(!output.contains(bytes.map { "\(Int8(bitPattern: $0))" }.joined(separator: " ")))
                #expect(!output.contains(bytes.map { "\($0)" }.joined(separator: " ")))
                #expect(!output.contains(pad.prefix(32)))
            }
        }
    }

    @Test("A proof for reading, replayed in a transaction with the same start, does not write")
    func modeOfTheProof() async throws {
        try await TwoTenants.with(.direct) { two in
            // One message, so that both transactions have the same start.
            let output = try await two.bulkhead.database.cluster.verboseOutput(
                of: [
                    """
                    BEGIN; \(Self.enter(two, mode: .readOnly));
                    SELECT set_config('app.saved', current_setting('app.context_proof'), false); COMMIT; BEGIN;
                    SELECT set_config('app.current_tenant_id', '\(two.a.id)', true),
                           set_config('app.context_proof', current_setting('app.saved'), true);
                    UPDATE \(two.schemaA).clients SET name = 'replayed'; COMMIT
                    """
                ], uri: two.bulkhead.database.uri(role: .app))
            #expect(output.contains("UPDATE 0"))
            let left = try await two.bulkhead.database.execute(
                "SELECT count(*) FROM \(two.schemaA).clients WHERE name = 'replayed'")
            #expect(left == "0")
        }
    }
}
