import Testing

/// What the manifest declares against ``Arrows``.
@Suite struct ArrowTests {
    @Test func `every target is built from nothing but what it may know`() async throws {
        for target in try await Manifest.current().sources where !Arrows.composers.contains(target.name) {
            let allowed = try #require(
                Arrows.allowed[target.name], "the target \(target.name) has no entry in Arrows.allowed")
            let forbidden = target.dependencyNames.subtracting(allowed)
            #expect(forbidden.isEmpty, "\(target.name) must not depend on \(forbidden.sorted())")
        }
    }

    @Test func `concrete targets are known where the server is composed, and in tests`() async throws {
        for target in try await Manifest.current().sources where !Arrows.composers.contains(target.name) {
            for name in target.dependencyNames.intersection(Arrows.concrete) {
                let users = Arrows.users[name] ?? []
                #expect(users.contains(target.name), "\(target.name) must not know \(name)")
            }
        }
    }

    @Test func `the domain reaches no database, no HTTP and no vendor`() async throws {
        let manifest = try await Manifest.current()
        #expect(manifest.reach(of: "Tenancy").isEmpty)
        for name in Arrows.pure {
            let outside = manifest.reach(of: name).subtracting(Arrows.pure).subtracting(Arrows.neutral)
            #expect(outside.isEmpty, "\(name) reaches \(outside.sorted())")
        }
    }

    @Test func `routes reach no database`() async throws {
        let manifest = try await Manifest.current()
        for target in manifest.sources where target.name.hasSuffix("API") {
            let found = manifest.reach(of: target.name).intersection(["Postgres", "TenancyPostgres", "CLibPQ"])
            #expect(found.isEmpty, "\(target.name) reaches \(found.sorted())")
        }
    }

    @Test(arguments: ["BulkheadHummingbird", "EdgeGateway"])
    func `what serves tenants lives without the control plane`(name: String) async throws {
        #expect(try await !Manifest.current().reach(of: name).contains("ControlPlane"))
    }

    @Test func `nothing that is shipped is built from tests`() async throws {
        let manifest = try await Manifest.current()
        for target in manifest.sources {
            #expect(!manifest.reach(of: target.name).contains { $0.hasSuffix("TestSupport") })
        }
    }

    @Test func `every target has the settings of the house`() async throws {
        for target in try await Manifest.current().targets where target.type != .system {
            let settings = Set(target.settings.map(\.text))
            let missing = Arrows.settings.subtracting(settings)
            #expect(missing.isEmpty, "\(target.name) lacks \(missing.sorted())")
            #expect(!settings.contains { $0.hasPrefix("unsafeFlags") }, "\(target.name) has unsafe flags")
        }
    }

    @Test func `everything below a target is found`() throws {
        let json = """
            {"targets":[
            {"name":"A","type":"regular","settings":[],"dependencies":[{"byName":["B",null]}]},
            {"name":"B","type":"regular","settings":[{"kind":{"defaultIsolation":{}},"tool":"swift"}],
             "dependencies":[{"target":["C",null]}]},
            {"name":"C","type":"system","settings":[],"dependencies":[{"product":["P","p",null,null]}]}]}
            """
        let manifest = try Manifest(json: json)
        #expect(manifest.reach(of: "A") == ["B", "C", "P"])
        #expect(manifest.reach(of: "unknown").isEmpty)
        #expect(manifest.targets[1].settings[0].text == "defaultIsolation()")
    }
}
