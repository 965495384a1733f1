import Testing

@testable import TenancyPostgres

@Suite("Migration files and plans")
struct MigrationPlanTests {
    private func file(_ version: Int, _ text: String = "-- statement\nSELECT 1\n") throws -> SQLFile {
        try SQLFile(name: "000\(version)_x.sql", contents: text)
    }

    @Test func splitsAtSeparatorLinesOnly() throws {
        let file = try self.file(
            1, "-- a comment\n\n-- statement\nSELECT 1;\n-- note\n\n-- statement\nCREATE FUNCTION f() AS $$ ; $$\n")
        #expect(file.statements == ["SELECT 1;\n-- note", "CREATE FUNCTION f() AS $$ ; $$"])
        #expect(file.checksum.count == 64)
    }

    @Test(arguments: ["1_x.sql", "x.sql", "0000_x.sql", "0001x.sql"])
    func refusesWrongFileNames(name: String) {
        #expect(throws: MigrationError.self) { try SQLFile(name: name, contents: "-- statement\nSELECT 1") }
    }

    @Test func appliesWhatIsMissing() throws {
        let files = try [self.file(1), self.file(2), self.file(3)]
        let plan = try MigrationPlan(files: files, applied: [(1, files[0].checksum)])
        #expect(plan.pending.map(\.version) == [2, 3])
        #expect(try MigrationPlan(files: files, applied: files.map { ($0.version, $0.checksum) }).pending.isEmpty)
    }

    @Test func refusesChangedFiles() throws {
        let files = try [self.file(1), self.file(2)]
        #expect(throws: MigrationError.changed(version: 1, name: "x")) {
            try MigrationPlan(files: files, applied: [(1, "other")])
        }
    }

    @Test func refusesDatabasesThatAreNewerOrHaveGaps() throws {
        let files = try [self.file(1), self.file(2)]
        let sums = files.map(\.checksum)
        #expect(throws: MigrationError.newerDatabase(version: 3)) {
            try MigrationPlan(files: files, applied: [(1, sums[0]), (2, sums[1]), (3, "x")])
        }
        #expect(throws: MigrationError.newerDatabase(version: 2)) {
            try MigrationPlan(files: files, applied: [(2, sums[1])])
        }
    }

    @Test func theFilesOfThisProgramAreInOrder() throws {
        for kind in [SQLFile.Kind.install, .catalog, .tenant] { #expect(try !SQLFile.all(kind).isEmpty) }
    }

    @Test func aVerifierIsThatOfTheStandard() throws {
        // PostgreSQL itself accepts what this makes: every test signs in with it. Here: the form, and that the salt counts.
        let one = try ScramVerifier(password: "pencil", salt: [UInt8](0..<16))
        #expect(one.text == (try ScramVerifier(password: "pencil", salt: [UInt8](0..<16)).text))
        #expect(one.text != (try ScramVerifier(password: "pencil").text))
        #expect(one.text.hasPrefix("SCRAM-SHA-256$4096:AAECAwQFBgcICQoLDA0ODw==$"))
        #expect(!one.text.contains("pencil"))
    }
}
