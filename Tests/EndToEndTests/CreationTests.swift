import Foundation
import Logging
import Postgres
import TestSupport
import Testing

/// Creations of tenants that are interrupted or collide.
@Suite struct CreationTests {
    @Test(.timeLimit(.minutes(4))) func whatAKilledServerBeganIsFinished() async throws {
        try await Development.withFolder { data in
            let names = (1...20).map { "kill\($0)" }
            let first = try await Development.start(in: data)
            let caller = HTTPCaller(port: first.ready.port)
            let token = try await caller.signIn(first.ready)
            for name in names.prefix(2) { #expect(try await caller.create(name, token: token).status == 201) }
            try await Self.killDuringCreations(of: Array(names.dropFirst(2)), first, caller, token)

            // What was begun is finished by whoever comes next, as soon as the dead worker's leases have run out.
            let second = try await Development.start(in: data)
            try await Superuser.use(second.ready.databases.superuser) { client in
                try await eventually(within: .seconds(90)) {
                    let rows = try await client.query(
                        "SELECT count(*) FILTER (WHERE status <> 'active')::int FROM public.tenants")
                    return try rows.first?[0].decode(Int.self) == 0
                }
            }
            let again = HTTPCaller(port: second.ready.port)
            let statuses = try await again.createAll(names, token: try await again.signIn(second.ready))
            #expect(names.prefix(2).allSatisfy { statuses[$0] == 409 }, "\(statuses)")
            #expect(names.dropFirst(2).allSatisfy { statuses[$0] == 201 || statuses[$0] == 409 }, "\(statuses)")
            try await Superuser.use(second.ready.databases.superuser) { client in
                let halves = try await client.tenantHalves()
                #expect(halves.records == names.count)
                #expect(halves.schemas == names.count)
            }
            let doctor = try await second.run("doctor", "--json")
            #expect(doctor.status == 0, "\(doctor.testDescription)")
            #expect(try await second.stop(SIGTERM) == 0)
        }
    }

    /// Holds the creations at their last step, and kills the server while they stand there.
    private static func killDuringCreations(
        of names: [String], _ development: Development, _ caller: HTTPCaller, _ token: String
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            try await Self.holdingLastStep(development) { observer in
                for name in names {
                    // No answer is expected: the connection breaks.
                    group.addTask { _ = try? await caller.create(name, token: token) }
                }
                try await eventually(within: .seconds(30)) { try await observer.blockedCreations() >= 1 }
                #expect(try await development.stop(SIGKILL) == 128 + SIGKILL)
            }
            try await group.waitForAll()
        }
        try await eventually(within: .seconds(30)) { Development.processes(on: development.data).isEmpty }
    }

    /// Runs `body` while no creation can finish; the lock may die with the server.
    private static func holdingLastStep(
        _ development: Development, _ body: (PostgresClient) async throws -> Void
    ) async throws {
        let url = development.ready.databases.superuser
        let (locked, isLocked) = AsyncStream.makeStream(of: Void.self)
        let (released, release) = AsyncStream.makeStream(of: Void.self)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                // Fails if the server is killed meanwhile, which is what some tests do.
                try? await Superuser.use(url) { client in
                    try await client.withTransaction { transaction in
                        _ = try await transaction.query("LOCK TABLE bulkhead.tenant_migrations IN SHARE MODE")
                        isLocked.yield()
                        _ = await released.first { _ in true }
                    }
                }
                isLocked.finish()
            }
            try #require(await locked.first { _ in true } != nil)
            try await Self.observing(url, body)
            release.yield()
            try await group.waitForAll()
        }
    }

    private static func observing(_ url: String, _ body: (PostgresClient) async throws -> Void) async throws {
        let client = PostgresClient(
            configuration: PostgresConfiguration(connectionString: url), logger: Logger(label: "test.observer"))
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await client.run() }
            defer { group.cancelAll() }
            try await body(client)
        }
    }

    @Test(.timeLimit(.minutes(4))) func aTerminatedBackendDoesNotMatter() async throws {
        try await Development.use { development in
            let caller = HTTPCaller(port: development.ready.port)
            let token = try await caller.signIn(development.ready)
            try await withThrowingTaskGroup(of: HTTPCaller.Answer.self) { group in
                try await Self.holdingLastStep(development) { observer in
                    group.addTask { try await caller.create("umbrella", token: token) }
                    try await eventually(within: .seconds(30)) { try await observer.blockedCreations() == 1 }
                    _ = try await observer.query(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'bulkhead_control'")
                }
                // On a busy machine the client's patience may end before the second attempt does.
                let answer = try #require(await group.next())
                #expect([201, 202].contains(answer.status), "\(answer.testDescription)")
            }
            try await Superuser.use(development.ready.databases.superuser) { client in
                try await client.waitForWork()
                let journals = try await client.journals()
                #expect(try await client.findings()["umbrella"]?.status == "active", "\(journals)")
                let halves = try await client.tenantHalves()
                #expect(halves.records == 1)
                #expect(halves.schemas == 1)
            }
            #expect(try await development.run("doctor").status == 0)
        }
    }

    @Test(.timeLimit(.minutes(4))) func requestUnderWayIsFinishedBeforeTheServerEnds() async throws {
        try await Development.withFolder { data in
            let development = try await Development.start(in: data)
            let caller = HTTPCaller(port: development.ready.port)
            let token = try await caller.signIn(development.ready)
            try await withThrowingTaskGroup(of: HTTPCaller.Answer.self) { group in
                try await Self.holdingLastStep(development) { observer in
                    group.addTask { try await caller.create("vandelay", token: token) }
                    try await eventually(within: .seconds(30)) { try await observer.blockedCreations() == 1 }
                    development.program.send(SIGTERM)
                    // Whoever comes now is too late.
                    try await eventually(within: .seconds(30)) {
                        // Refused, which is what is waited for.
                        (try? await HTTPCaller(port: caller.port).send("/api/admin/tenants")) == nil
                    }
                }
                // Nobody waits for work that the next server will finish.
                let answer = try #require(try await group.next())
                #expect(answer.status == 202, "\(answer.testDescription)")
            }
            #expect(await development.program.waitForEnd() == 0)
            let next = try await Development.start(in: data)
            try await Superuser.use(next.ready.databases.superuser) { client in
                try await eventually(within: .seconds(60)) {
                    let rows = try await client.query(
                        "SELECT count(*)::int FROM public.tenants WHERE status = 'active'")
                    return try rows.first?[0].decode(Int.self) == 1
                }
            }
            #expect(try await next.stop(SIGTERM) == 0)
        }
    }

    @Test(.timeLimit(.minutes(4))) func oneOfFiftyCreationsOfOneSubdomainSucceeds() async throws {
        try await Development.use { development in
            let caller = HTTPCaller(port: development.ready.port)
            let token = try await caller.signIn(development.ready)
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<50 { group.addTask { try await caller.create("initech", token: token).status } }
                return try await group.reduce(into: [:]) { $0[$1, default: 0] += 1 }
            }
            #expect(statuses == [201: 1, 409: 49])
            try await Superuser.use(development.ready.databases.superuser) { client in
                let halves = try await client.tenantHalves()
                #expect(halves.records == 1)
                #expect(halves.schemas == 1)
            }
        }
    }
}
