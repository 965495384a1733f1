import Foundation
public import Postgres
import Tenancy

extension TenantTemplate {
    /// The template of this program and of an application, tried out and found to keep the rules for tenants' tables.
    ///
    /// With tables of an application, a schema is made of everything in a transaction that is rolled back: what the
    /// tables look like, only PostgreSQL can say. Policies and rights of all tables are made by Bulkhead.
    ///
    /// - Parameters:
    ///   - tables: the application's, and whether the sample domain's are there.
    ///   - client: logs in as `bulkhead_control`.
    ///   - signer: signs tenant contexts.
    /// - Throws: ``MigrationError``, also if tenants have tables of an application that is not named here.
    public static func load(
        _ tables: ApplicationTables, client: PostgresClient, signer: ContextSigner
    ) async throws -> TenantTemplate {
        let own = try TenantTemplate.load(keepsSample: tables.keepsSample)
        let everything = try TenantTemplate.load()
        let files = try tables.files(beside: Set(everything.tables))
        let template = TenantTemplate(files: own.files + files, shape: own.shape)
        try await template.refuseUnknownTables(client)
        guard !files.isEmpty else { return own }
        let trial = TemplateTrial(template: template, own: own, signer: signer)
        return TenantTemplate(files: template.files, shape: try await trial.run(on: client))
    }

    /// A program that does not know an application's tables would make tenants without them.
    private func refuseUnknownTables(_ client: PostgresClient) async throws {
        let rows = try await client.query("SELECT coalesce(max(schema_version), 0)::int FROM public.tenants")
        let newest = try rows.first?[0].decode(Int.self) ?? 0
        guard newest < SQLFile.applicationStep || self.applicationVersion > 0 else {
            throw MigrationError.unknownTables(version: newest / SQLFile.applicationStep)
        }
    }
}

/// Makes a schema of a template in a transaction that is rolled back, and looks at it.
struct TemplateTrial {
    let template: TenantTemplate
    /// The template without the application's files.
    let own: TenantTemplate
    let signer: ContextSigner

    /// Ends the transaction without a trace.
    private struct IsOver: Error {}

    /// - Throws: ``MigrationError``; `PostgresError` if the database cannot be asked.
    func run(on client: PostgresClient) async throws -> TemplateShape {
        var shape = self.own.shape
        var findings: [String] = []
        do {
            // Another server may be trying the same schema: it is over in a moment, and leaves nothing behind.
            try await client.withTransaction { transaction in
                try await self.make(in: transaction)
                shape = try await self.shape(in: transaction)
                findings = try await self.findings(in: transaction, shape)
                throw IsOver()
            }
        } catch is IsOver {
            guard findings.isEmpty else { throw MigrationError.tables(findings) }
        }
        return shape
    }

    private func make(in transaction: borrowing PostgresTransaction) async throws {
        let building = SchemaStatements(template: self.template, tenant: .nobody)
        let entry = TenantEntry(
            credential: self.signer.credential(for: .nobody, mode: .readWrite), timeouts: TenantEffects.patience)
        _ = try await transaction.execute(["SET LOCAL ROLE bulkhead_owner"] + building.schema + [entry.query])
        for file in self.template.files {
            for (index, statement) in file.statements.enumerated() {
                do {
                    _ = try await transaction.query(PostgresQuery(raw: statement))
                } catch let error as PostgresError where error.server != nil {
                    let message = error.server?.message ?? "\(error)"
                    throw MigrationError.statement(file: file.name, number: index + 1, problem: message)
                }
            }
        }
        // Before the rest stumbles over it, and in words that help.
        let unready = TableRules.unready(try await self.shape(in: transaction))
        guard unready.isEmpty else { throw MigrationError.tables(unready) }
        for table in self.template.tables {
            let statements = RowSecurity(table: table, home: .nobody).statements
            do {
                _ = try await transaction.execute(statements.map { PostgresQuery(raw: $0) })
            } catch let error as PostgresError where error.server != nil {
                // A row that the migrations themselves have given to somebody else, for one.
                throw MigrationError.tables(["table \(table): \(error.server?.message ?? "\(error)")"])
            }
        }
    }

    private func findings(
        in transaction: borrowing PostgresTransaction, _ shape: TemplateShape
    ) async throws -> [String] {
        let others = try await transaction.query(TableRules.otherObjects(schema: self.schema))
        return try others.map { try $0.decode(String.self) } + TableRules.broken(by: shape, own: self.own.shape)
    }

    private var schema: String { Placement.ownSchema(of: .nobody).schema }

    private func shape(in transaction: borrowing PostgresTransaction) async throws -> TemplateShape {
        let answers = try await transaction.execute(TemplateShape.queries(schema: self.schema))
        return try TemplateShape(answers, schema: self.schema, version: self.template.version)
    }
}
