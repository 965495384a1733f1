import Foundation
import TestSupport
import Testing

/// How a development instance ends and comes back.
@Suite struct StopTests {
    @Test(.timeLimit(.minutes(4))) func dataSurviveInterruptAndKill() async throws {
        try await Development.withFolder { data in
            let first = try await Development.start(in: data)
            let postmaster = try Self.postmaster(of: data)
            let created = try await first.run(
                "tenant", "create", "hooli", "--name", "Hooli", "--admin-email", "gavin@hooli.example")
            #expect(created.status == 0, "\(created.testDescription)")
            #expect(try await first.stop(SIGINT) == 0)
            #expect(kill(postmaster, 0) != 0)
            #expect(Development.processes(on: data).isEmpty)
            #expect(first.program.output.split(separator: "\n").count == 1)

            // Commands work on an instance that does not run, too, and leave it stopped.
            let list = try await first.run("tenant", "list")
            #expect(list.status == 0 && list.output.contains("hooli"), "\(list.testDescription)")
            #expect(Development.processes(on: data).isEmpty)

            let second = try await Development.start(in: data)
            #expect(second.ready.adminPassword == first.ready.adminPassword)
            _ = try await HTTPCaller(port: second.ready.port).signIn(second.ready)
            #expect(try await second.stop(SIGKILL) == 128 + SIGKILL)

            let third = try await Development.start(in: data)
            let shown = try await third.run("tenant", "show", "hooli", "--json")
            #expect(try shown.decoded(HTTPCaller.Tenant.self).status == "active")
            let health = try await HTTPCaller(port: try Self.managementPort(third)).send("/health/ready")
            #expect(health.status == 200, "\(health.testDescription)")
            #expect(try await third.stop(SIGTERM) == 0)
        }
    }

    @Test(.timeLimit(.minutes(4))) func takenPortAndTakenFolderAreNamed() async throws {
        try await Development.use { development in
            let port = String(development.ready.port)
            let elsewhere = TestPostgres.temporaryFolder()
            let samePort = try await BuiltCommand.run("dev", "--port", port, "--data", elsewhere.path)
            #expect(samePort.status == 1)
            #expect(samePort.says("Port \(port)"), "\(samePort.testDescription)")
            #expect(!FileManager.default.fileExists(atPath: elsewhere.path))
            let sameFolder = try await BuiltCommand.run("dev", "--port", "0", "--data", development.data.path)
            #expect(sameFolder.status == 1)
            #expect(sameFolder.says("in use by process"), "\(sameFolder.testDescription)")
        }
    }

    @Test(.timeLimit(.minutes(4))) func peopleSeeThePasswordOnce() async throws {
        try await Development.withFolder { data in
            let first = try await Self.startForPeople(in: data)
            #expect(first.output.split(separator: "\n").allSatisfy { $0.count <= 80 || $0.contains(data.path) })
            #expect(first.output.contains("Admin API   http://localhost:"), "\(first.output)")
            let line = try #require(first.output.split(separator: "\n").first { $0.contains("Password") })
            let password = try #require(line.split(separator: " ").last)
            #expect(password.count > 20)
            first.send(SIGINT)
            #expect(await first.waitForEnd() == 0, "\(first.errors)")
            let second = try await Self.startForPeople(in: data)
            #expect(!second.output.contains(password) && second.output.contains("instance.json"), "\(second.output)")
            second.send(SIGINT)
            #expect(await second.waitForEnd() == 0, "\(second.errors)")
        }
    }

    private static func startForPeople(in data: URL) async throws -> StartedProgram {
        let program = try StartedProgram(try BuiltCommand.path(), ["dev", "--port", "0", "--data", data.path])
        try await eventually(within: .seconds(90)) { program.output.contains("Ctrl-C") || !program.isRunning }
        return program
    }

    @Test func folderWithoutAnInstanceIsNamed() async throws {
        let folder = TestPostgres.temporaryFolder()
        let outcome = try await BuiltCommand.run("tenant", "list", "--data", folder.path)
        #expect(outcome.status == 1 && outcome.says("holds no development instance"), "\(outcome.testDescription)")
        #expect(!FileManager.default.fileExists(atPath: folder.path))
    }

    private static func postmaster(of data: URL) throws -> pid_t {
        let file = data.appendingPathComponent("postgres/home/data/postmaster.pid")
        let text = try String(contentsOf: file, encoding: .utf8)
        return try #require(text.split(separator: "\n").first.flatMap { pid_t($0) })
    }

    private static func managementPort(_ development: Development) throws -> Int {
        try #require(URL(string: development.ready.managementURL)?.port)
    }
}
