import Tenancy

/// What a schema lacks to be as the template says, as statements.
///
/// A value without I/O. What is right is not touched; what is there and should not be - a column, an index, a right more
/// than needed - is left for people, except for policies, which must be exactly two.
struct SchemaRepairPlan {
    /// The statements, in order; to run as the owner, in the tenant's context.
    private(set) var statements: [String] = []
    /// What they mend, for people.
    private(set) var repairs: [String] = []

    private let template: TenantTemplate
    private let tenant: TenantID

    init(from actual: TemplateShape, to expected: TemplateShape, template: TenantTemplate, tenant: TenantID) {
        self.template = template
        self.tenant = tenant
        let present = Dictionary(uniqueKeysWithValues: actual.tables.map { ($0.name, $0) })
        let wanted = Dictionary(uniqueKeysWithValues: expected.tables.map { ($0.name, $0) })
        // In the order of the template, so that what is referred to is there first.
        for name in template.tables where present[name] == nil { self.create(name) }
        for name in template.tables {
            guard let actual = present[name], let expected = wanted[name] else { continue }
            self.mend(actual, to: expected)
        }
    }

    private mutating func create(_ table: String) {
        for statement in self.template.files.flatMap(\.statements) where Self.isAbout(table, statement) {
            self.statements.append(statement)
        }
        self.statements += RowSecurity(table: table, home: self.tenant).statements
        self.repairs.append("table \(table)")
    }

    /// Whether a statement makes or changes the table or an index of it.
    private static func isAbout(_ table: String, _ statement: String) -> Bool {
        guard let head = StatementHead(statement), head.name == table else { return false }
        return [.createTable, .alterTable, .createIndex].contains(head.verb)
    }

    private mutating func mend(_ actual: TemplateShape.Table, to expected: TemplateShape.Table) {
        let table = expected.name
        let security = RowSecurity(table: table, home: self.tenant)
        let constraints = expected.constraints.filter { !actual.constraints.contains($0) }
        // Keys before those that refer to them.
        for line in constraints.sorted(by: { !Self.isForeign($0) && Self.isForeign($1) }) {
            let text = line.replacing(TenantID.nobody.description, with: self.tenant.description)
            self.add("ALTER TABLE \(table) ADD CONSTRAINT \(text)", "\(table): constraint \(Self.name(line))")
        }
        let keys = Set(expected.constraints.map(Self.name))
        for line in expected.indexes where !actual.indexes.contains(line) && !keys.contains(Self.indexName(line)) {
            self.add(line, "\(table): index \(Self.indexName(line))")
        }
        if !actual.forcesRowSecurity { self.add(security.forcing, "\(table): row-level security") }
        for line in actual.policies where !expected.policies.contains(line) {
            self.statements.append("DROP POLICY \"\(Self.name(line))\" ON \(table)")
            if !expected.policies.contains(where: { Self.name($0) == Self.name(line) }) {
                self.repairs.append("\(table): policy \(Self.name(line)) removed")
            }
        }
        for line in expected.policies where !actual.policies.contains(line) {
            guard let policy = security.policies.first(where: { $0.name == Self.name(line) }) else { continue }
            self.add(policy.statement, "\(table): policy \(policy.name)")
        }
        for line in expected.grants where !actual.grants.contains(line) {
            let role = String(line.prefix { $0 != "=" })
            guard let grant = security.grants.first(where: { $0.role == role }) else { continue }
            self.add(grant.statement, "\(table): rights of \(role)")
        }
    }

    private mutating func add(_ statement: String, _ repair: String) {
        self.statements.append(statement)
        self.repairs.append(repair)
    }

    private static func isForeign(_ line: String) -> Bool { line.contains(" FOREIGN KEY ") }
    /// The first word: a constraint's or a policy's name.
    private static func name(_ line: String) -> String { String(line.prefix { $0 != " " }) }
    /// `users_by_email` of `CREATE UNIQUE INDEX users_by_email ON ...`.
    private static func indexName(_ line: String) -> String {
        let words = line.split(separator: " ")
        guard let place = words.firstIndex(of: "INDEX"), place + 1 < words.count else { return line }
        return String(words[place + 1])
    }
}
