import Foundation
import Tenancy
import TestSupport
import Testing

@testable import TenancyPostgres

@Suite("The template's shape")
struct ShapeTests {
    @Test("A fresh tenant has the shape that is written down")
    func fresh() async throws {
        try await BulkheadDatabase.with { bulkhead in
            let tenant = try await bulkhead.makeTenant("acme")
            let shape = try await TemplateShape.read(
                schema: tenant.placement.schema, version: tenant.schemaVersion, on: bulkhead.control)
            if ProcessInfo.processInfo.environment["BULKHEAD_WRITE_SHAPE"] != nil {
                let encoder = JSONEncoder()
                encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
                let place = "Sources/TenancyPostgres/Migrations/tenant/shape.json"
                try (encoder.encode(shape) + Data("\n".utf8)).write(to: URL(filePath: place))
            }
            let expected = try TemplateShape.expected()
            #expect(expected.differences(to: shape) == [])
            #expect(expected == shape)
        }
    }

    @Test("Every kind of drift is named")
    func drift() async throws {
        try await BulkheadDatabase.with { bulkhead in
            let tenant = try await bulkhead.makeTenant("acme")
            let schema = tenant.placement.schema
            try await bulkhead.database.execute(
                """
                ALTER TABLE \(schema).clients ADD COLUMN extra int, DROP CONSTRAINT clients_name_check;
                DROP INDEX \(schema).users_by_created_at;
                ALTER TABLE \(schema).outbox NO FORCE ROW LEVEL SECURITY;
                CREATE POLICY oops ON \(schema).documents USING (true) WITH CHECK (true);
                GRANT TRUNCATE ON \(schema).canary TO bulkhead_app;
                CREATE TABLE \(schema).stray (i int); DROP TABLE \(schema).settings
                """)
            let shape = try await TemplateShape.read(schema: schema, version: 1, on: bulkhead.control)
            let lines = try TemplateShape.expected().differences(to: shape)
            for part in [
                "clients: column unexpected: extra", "clients: constraint missing: clients_name_check",
                "users: index missing", "outbox: row-level security is not forced",
                "documents: policy unexpected: oops", "canary: grant unexpected", "table stray is not expected",
                "table settings is missing",
            ] {
                #expect(lines.contains { $0.hasPrefix(part) }, "\(part) in \(lines)")
            }
        }
    }

    @Test("The SQL for people has every table and both policies of each")
    func text() throws {
        let template = try TenantTemplate.load()
        let text = template.sqlText
        for table in template.tables {
            #expect(text.contains("CREATE TABLE \(table) ("))
            #expect(text.contains("CREATE POLICY tenant_named ON \(table) AS PERMISSIVE"))
            #expect(text.contains("CREATE POLICY tenant_proven ON \(table) AS RESTRICTIVE"))
        }
        #expect(template.tables.count == 11)
    }
}
