import Tenancy
import Testing

@Suite("New tenants")
struct NewTenantTests {
    static let tiers = Tier.builtIn.map(\.name)

    static func problems(_ make: () throws(ValidationError) -> Void) -> [FieldProblem] {
        do throws(ValidationError) {
            try make()
            return []
        } catch {
            return error.problems
        }
    }

    @Test func `What is right is taken, folded and completed`() throws {
        let new = try NewTenant(
            name: "Acme", subdomain: "ACME", tier: "free", adminEmail: "The.Boss@Example.com",
            settings: ["currency": .text("USD")], tiers: Self.tiers)
        #expect(new.subdomain.description == "acme")
        #expect(new.adminEmail.description == "the.boss@example.com")
        #expect(new.adminName == "the.boss")
        #expect(new.settings == [.currency: .text("USD")])
        let named = try NewTenant(
            name: "Acme", subdomain: "acme", tier: "free", adminEmail: "b@example.com", adminName: "The Boss",
            tiers: Self.tiers)
        #expect(named.adminName == "The Boss")
    }

    @Test func `Every field that breaks a rule is named at once`() {
        let problems = Self.problems { () throws(ValidationError) in
            _ = try NewTenant(
                name: "Acme\r\nBcc: x@evil", subdomain: "admin", tier: "gold", adminEmail: "nobody", adminName: " ",
                settings: ["color": .text("red"), "currency": .text("euro")], tiers: Self.tiers)
        }
        let pointers = [
            "/name", "/subdomain", "/tier", "/adminEmail", "/adminName", "/settings/color", "/settings/currency",
        ]
        #expect(problems.map(\.pointer) == pointers)
    }

    @Test func `An unknown tier is answered with those there are`() {
        let problems = Self.problems { () throws(ValidationError) in
            _ = try NewTenant(
                name: "Acme", subdomain: "acme", tier: "Free", adminEmail: "b@example.com", tiers: Self.tiers)
        }
        let detail = "must be one of: free, standard, premium, enterprise"
        #expect(problems == [FieldProblem(pointer: "/tier", detail: detail)])
    }

    @Test(arguments: SubdomainProblem.allCases)
    func `Each rule of subdomains is told at its field`(_ problem: SubdomainProblem) {
        let examples: [SubdomainProblem: String] = [
            .length: "ab", .characters: "a_b", .firstCharacter: "1ab", .lastCharacter: "abc-", .hyphens: "xn--abc",
            .reserved: "www",
        ]
        let problems = Self.problems { () throws(ValidationError) in
            _ = try NewTenant(
                name: "Acme", subdomain: examples[problem] ?? "", tier: "free", adminEmail: "b@example.com",
                tiers: Self.tiers)
        }
        #expect(problems == [FieldProblem(pointer: "/subdomain", detail: problem.detail)])
    }

    @Test func `The tiers in the box have limits that grow`() {
        let tiers = Tier.builtIn
        #expect(tiers.map(\.name.description) == ["free", "standard", "premium", "enterprise"])
        #expect(tiers.map(\.maximumConcurrency) == tiers.map(\.maximumConcurrency).sorted())
        #expect(tiers.map(\.statementTimeoutMilliseconds) == tiers.map(\.statementTimeoutMilliseconds).sorted())
        for tier in tiers {
            #expect(tier.lockTimeoutMilliseconds < tier.statementTimeoutMilliseconds)
            #expect(SettingKey.features.problem(in: .list(tier.features)) == nil)
        }
    }
}
