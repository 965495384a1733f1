import Foundation
import Testing

/// What the README tells people to type, typed.
@Suite struct QuickStartTests {
    @Test(.timeLimit(.minutes(4))) func readmeTranscriptRunsAsItStands() async throws {
        let script = try Transcript.read("README.md")
        try await Development.use { development in
            let bash = try StartedProgram(
                "/bin/bash", ["-euo", "pipefail", "-c", script],
                environment: [
                    "PORT": String(development.ready.port), "ADMIN_PASSWORD": development.ready.adminPassword,
                ])
            let status = await bash.waitForEnd()
            let output = bash.output
            try #require(status == 0, "\(output)\n\(bash.errors)")
            #expect(output.split(separator: "\n").filter { $0.hasSuffix("} 201") }.count == 2, "\(output)")
            #expect(output.contains(#""subdomain":"acme""#))
            let pages = output.components(separatedBy: #"{"data":["#).dropFirst()
            try #require(pages.count == 2, "\(output)")
            #expect(pages.first?.contains("Road Runner") == true)
            #expect(pages.first?.contains("Hank Scorpio") == false)
            #expect(pages.last?.contains("Hank Scorpio") == true)
            let refusal = output.components(separatedBy: "problems/tenant-mismatch")
            #expect(refusal.count == 2 && refusal[1].contains(#""status":403"#), "\(output)")
        }
    }
}
