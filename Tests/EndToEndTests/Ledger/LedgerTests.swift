import Foundation
import Testing

/// The example, as its README tells people to run it.
@Suite struct LedgerTests {
    @Test(.timeLimit(.minutes(4))) func companiesKeepTheirBooksApart() async throws {
        try await RunningLedger.use { ledger in
            let acme = try await ledger.found("acme")
            let globex = try await ledger.found("globex")
            let mine = try await ledger.accounts(acme)
            let theirs = try await ledger.accounts(globex)
            #expect(mine.map(\.name) == ["Cash", "Equity"])
            #expect(theirs.map(\.name) == ["Cash", "Equity"])
            #expect(try await ledger.book(12_345, from: mine[1], to: mine[0], acme).status == 201)
            #expect(try await ledger.book(1, from: theirs[1], to: theirs[0], globex).status == 201)
            #expect(try await ledger.accounts(acme).map(\.balanceMinor) == [12_345, -12_345])
            #expect(try await ledger.accounts(globex).map(\.balanceMinor) == [1, -1])
            try await Self.checkRules(mine, acme, ledger)
            try await Self.checkCrossing(theirs, acme, globex, ledger)
            try await Self.checkCommands(ledger)
        }
    }

    private static func checkRules(
        _ accounts: [RunningLedger.Account], _ company: RunningLedger.Company, _ ledger: RunningLedger
    ) async throws {
        for amount in [0, -1] {
            let refused = try await ledger.book(amount, from: accounts[1], to: accounts[0], company)
            #expect(refused.status == 422 && refused.text.contains("problems/unacceptable"), "\(refused)")
        }
        let taken = try await ledger.caller.send(
            "/api/ledger/accounts", host: company.host, token: company.token, json: ["name": "Cash"])
        #expect(taken.status == 409 && taken.text.contains("problems/account-exists"), "\(taken)")
        let opened = try await ledger.caller.send(
            "/api/ledger/accounts", host: company.host, token: company.token, json: ["name": "Bank"])
        #expect(opened.status == 201, "\(opened)")
        let wrong = try await ledger.caller.send(
            "/api/ledger/accounts", host: company.host, token: company.token, method: "DELETE")
        #expect(wrong.status == 405 && wrong.headers["allow"] == "GET, HEAD, POST", "\(wrong.headers)")
        // The sample domain is not there.
        let sample = try await ledger.caller.send("/api/tenant/clients", host: company.host, token: company.token)
        #expect(sample.status == 404, "\(sample)")
    }

    /// A's token at B's host is 403, and no row of B is in A's reach, whatever A sends.
    private static func checkCrossing(
        _ theirs: [RunningLedger.Account], _ acme: RunningLedger.Company, _ globex: RunningLedger.Company,
        _ ledger: RunningLedger
    ) async throws {
        for path in ["/api/ledger/accounts", "/api/ledger/entries"] {
            let answer = try await ledger.caller.send(path, host: globex.host, token: acme.token)
            #expect(answer.status == 403 && answer.text.contains("problems/tenant-mismatch"), "\(answer)")
            let bare = try await ledger.caller.send(path, host: globex.host)
            #expect(bare.status == 401 && bare.text.contains("problems/token-required"), "\(bare)")
            let nobody = try await ledger.caller.send(path, host: "nobody.localhost", token: acme.token)
            #expect(nobody.status == 404 && nobody.text.contains("problems/tenant-not-found"), "\(nobody)")
        }
        let foreign = try await ledger.book(1, from: theirs[1], to: theirs[0], acme)
        #expect(foreign.status == 422 && foreign.text.contains("problems/no-account"), "\(foreign)")
        let entries = try await ledger.caller.send("/api/ledger/entries", host: acme.host, token: acme.token)
        #expect(entries.status == 200 && entries.text.contains("12345"))
        for account in theirs { #expect(!entries.text.contains(account.id)) }
        let headers = ["X-Tenant-ID": globex.id, "X-Tenant-Subdomain": "globex", "X-Forwarded-Host": globex.host]
        let smuggled = try await ledger.caller.send(
            "/api/ledger/accounts", host: acme.host, token: acme.token, headers: headers)
        for account in theirs { #expect(!smuggled.text.contains(account.id)) }
        #expect(try await ledger.accounts(globex).map(\.balanceMinor) == [1, -1])
    }

    /// The commands work on the installation, and those that do not know its tables leave it alone.
    private static func checkCommands(_ ledger: RunningLedger) async throws {
        let doctor = try await ledger.bulkhead("doctor")
        #expect(doctor.status == 0, "\(doctor)")
        let made = try await ledger.bulkhead(
            "tenant", "create", "initech", "--name", "Initech", "--admin-email", "bill@initech.example")
        #expect(made.status == 0, "\(made)")
        #expect(try await ledger.bulkhead("doctor").status == 0)
        let blind = try await ledger.bulkhead("doctor", knowsTables: false)
        #expect(blind.status == 1 && blind.says("BULKHEAD_TENANT_TABLES"), "\(blind)")
    }

    @Test(.timeLimit(.minutes(4))) func readmeTranscriptRunsAsItStands() async throws {
        let script = try Transcript.read("Examples/Ledger/README.md")
        try await RunningLedger.use { ledger in
            let bash = try StartedProgram(
                "/bin/bash", ["-euo", "pipefail", "-c", script],
                environment: ["PORT": String(ledger.caller.port), "ADMIN_PASSWORD": ledger.adminPassword])
            let status = await bash.waitForEnd()
            try #require(status == 0, "\(bash.output)\n\(bash.errors)")
            let output = bash.output
            #expect(output.components(separatedBy: #""balanceMinor":12345"#).count == 2, "\(output)")
            #expect(output.components(separatedBy: #""balanceMinor":-12345"#).count == 2, "\(output)")
            #expect(output.components(separatedBy: "problems/tenant-mismatch").count == 2, "\(output)")
        }
    }

    @Test func wrongArgumentsAreExplained() async throws {
        for arguments in [["--prot", "1"], ["--port"], ["--port", "70000"], ["--data"]] {
            let program = try StartedProgram(try BuiltCommand.path(of: "Ledger"), arguments)
            #expect(await program.waitForEnd() == 2)
            #expect(program.errors.contains("OPTIONS"), "\(program.errors)")
        }
        let help = try StartedProgram(try BuiltCommand.path(of: "Ledger"), ["--help"])
        #expect(await help.waitForEnd() == 0)
        #expect(help.output.contains("--json"))
    }
}
