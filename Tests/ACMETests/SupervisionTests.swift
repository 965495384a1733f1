import ACME
import Foundation
import Testing

/// What programs do that lego does not, unless it goes wrong: scripts in its place.
@Suite struct SupervisionTests {
    @Test func theProgramSeesItsSettingsAndNothingElse() async throws {
        try await Self.use(
            script: #"""
                env | cut -d= -f1 | sort > "$HOME/../seen-names"; env > "$HOME/../seen"; umask >> "$HOME/../seen"
                printf '%s\n' "$@" > "$HOME/../arguments"; ls -l /proc/self/fd | wc -l; exit 1
                """#
        ) { folder, configuration in
            _ = await ACMEIssuer(configuration, logger: .silent).failure()
            // What a shell adds of its own.
            let names = try Self.read("seen-names", folder).split(separator: "\n").map(String.init)
                .filter { !["PWD", "OLDPWD", "SHLVL", "_"].contains($0) }
            let expected: Set<String> = [
                "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_HOSTED_ZONE_ID", "AWS_REGION",
                "AWS_POLLING_INTERVAL", "HOME", "PATH",
            ]
            #expect(Set(names) == expected)
            let seen = try Self.read("seen", folder)
            #expect(seen.contains("AWS_SECRET_ACCESS_KEY=secret+key/1\n"))
            #expect(seen.contains("AWS_POLLING_INTERVAL=2\n"))
            #expect(seen.hasSuffix("0077\n"))
            let arguments = try Self.read("arguments", folder)
            #expect(!arguments.contains("secret") && !arguments.contains("AKIA"))
            for argument in [
                "--server=https://acme.test/dir", "--email=ops@saas.test", "--accept-tos", "--key-type=ec256",
                "--dns=route53", "--dns.resolvers=192.0.2.1:53", "--domains=*.saas.test", "--domains=saas.test", "run",
            ] {
                #expect(arguments.split(separator: "\n").contains(Substring(argument)), "\(argument)")
            }
        }
    }

    @Test func secretsAreTakenOutOfWhatIsSaid() async throws {
        try await Self.use(
            script: #"""
                echo "bad $AWS_SECRET_ACCESS_KEY and secret%2Bkey%2F1 of $AWS_ACCESS_KEY_ID, $AWS_SESSION_TOKEN" >&2
                printf 'InvalidClientTokenId \033[31m red\n'; exit 1
                """#
        ) { _, configuration in
            let error = try #require(await ACMEIssuer(configuration, logger: .silent).failure())
            #expect(error.code == .badCredential)
            #expect(error.detail.hasPrefix("bad *** and *** of ***, ***\n"))
            #expect(!error.detail.contains("\u{1b}"))
            for shown in ["\(configuration)", String(reflecting: configuration), Self.dump(configuration)] {
                for secret in ["secret+key", "AKIA", "token-7"] { #expect(!shown.contains(secret)) }
            }
        }
    }

    @Test func oneThatDoesNotListenIsKilledWithItsDescendants() async throws {
        try await Self.use(
            script: #"""
                trap '' TERM; mkfifo "$HOME/never"; (read x < "$HOME/never") & read x < "$HOME/never"
                """#, limit: .milliseconds(500)
        ) { folder, configuration in
            let start = ContinuousClock.now
            let error = await ACMEIssuer(configuration, logger: .silent).failure()
            #expect(error?.code == .timedOut)
            #expect(ContinuousClock.now - start > .seconds(2), "SIGTERM first, then the grace")
            // A process that was killed is gone when the kernel gets to it.
            let deadline = ContinuousClock.now + .seconds(30)
            while try !RefusalTests.programs(with: folder.path).isEmpty, ContinuousClock.now < deadline {
                // Polling: nobody is told of the end of somebody else's child.
                try await Task.sleep(for: .milliseconds(20))
            }
            let left = try RefusalTests.programs(with: folder.path)
            #expect(left.isEmpty)
        }
    }

    @Test func onlyTheEndOfALongTaleIsKept() async throws {
        try await Self.use(
            script: #"""
                i=0; while [ $i -lt 3000 ]; do i=$((i+1)); echo "line $i with some words to make it long enough"; done
                exit 1
                """#
        ) { _, configuration in
            let error = try #require(await ACMEIssuer(configuration, logger: .silent).failure())
            #expect(error.code == .failed)
            #expect(error.detail.contains("line 3000 "))
            #expect(error.detail.count <= 4_000)
        }
    }

    @Test func aSuccessWithoutACertificateIsNone() async throws {
        try await Self.use(script: "exit 0") { _, configuration in
            #expect(await ACMEIssuer(configuration, logger: .silent).failure()?.code == .unusableCertificate)
        }
        let script = #"""
            mkdir -p "$HOME/certificates"; echo no > "$HOME/certificates/_.saas.test.crt"
            echo no > "$HOME/certificates/_.saas.test.key"
            """#
        try await Self.use(script: script) { _, configuration in
            let error = await ACMEIssuer(configuration, logger: .silent).failure()
            #expect(error?.code == .unusableCertificate)
            #expect(error?.detail.contains("certificate chain") == true)
        }
    }

    @Test func aMissingProgramIsNamed() async throws {
        try await Workshop.useFolder { folder in
            let configuration = try Self.configuration(folder, program: URL(filePath: "/nowhere/lego"))
            let error = await ACMEIssuer(configuration, logger: .silent).failure()
            #expect(error?.code == .notInstalled)
            #expect(error?.description.contains("apt-get install lego") == true)
        }
    }

    @Test func whoeverHasTheFolderTooLongIsReported() async throws {
        try await Self.use(script: "exit 1", limit: .milliseconds(200)) { folder, configuration in
            try FileManager.default.createDirectory(at: configuration.folder, withIntermediateDirectories: true)
            let other = open(configuration.folder.appending(path: "lock").path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
            defer { close(other) }
            #expect(flock(other, LOCK_EX) == 0)
            #expect(await ACMEIssuer(configuration, logger: .silent).failure()?.code == .busy)
        }
    }

    @Test func aFolderThatCannotBeMade() async throws {
        let configuration = try Self.configuration(URL(filePath: "/dev/null/acme"), program: nil)
        let error = await ACMEIssuer(configuration, logger: .silent).failure()
        #expect(error?.code == .storage)
        #expect(error?.description.contains("/dev/null") == false)
    }

    private static func use(
        script: String, limit: Duration = .seconds(30), _ body: (URL, ACMEConfiguration) async throws -> Void
    ) async throws {
        try await Workshop.useFolder { folder in
            let parent = folder.deletingLastPathComponent()
            try FileManager.default.createDirectory(at: parent, withIntermediateDirectories: true)
            let program = parent.appending(path: "lego")
            try "#!/bin/sh\n\(script)\n".write(to: program, atomically: true, encoding: .utf8)
            try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: program.path)
            try await body(folder, try Self.configuration(folder, program: program, limit: limit))
        }
    }

    private static func configuration(
        _ folder: URL, program: URL?, limit: Duration = .seconds(30)
    ) throws -> ACMEConfiguration {
        try ACMEConfiguration(
            directory: "https://acme.test/dir", email: "ops@saas.test", baseDomain: "saas.test", folder: folder,
            challenge: .route53(
                accessKeyID: "AKIA1", secretAccessKey: "secret+key/1", sessionToken: "token-7", hostedZoneID: "Z1"),
            propagation: DNSPropagation(pollingInterval: .seconds(2), resolvers: ["192.0.2.1:53"]),
            lego: program, timeLimit: limit)
    }

    private static func read(_ name: String, _ folder: URL) throws -> String {
        try String(contentsOf: folder.appending(path: name), encoding: .utf8)
    }

    private static func dump(_ value: some Any) -> String {
        var text = ""
        Swift.dump(value, to: &text)
        return text
    }
}
