import Foundation

/// What is run: arguments that everybody may see, and an environment made from nothing that holds the credentials.
///
/// Always `lego run`, for a renewal too: `renew` does nothing when it deems a certificate good, sleeps at random, and
/// depends on files of the run before. To the authority both are the same order, made with the same account.
struct LegoCommand: Sendable {
    let program: String
    let arguments: [String]
    let environment: [String: String]

    /// - Parameter folder: An empty folder, or one that holds an account, for this run alone.
    init(_ configuration: ACMEConfiguration, program: String, folder: URL) {
        let challenge = configuration.challenge
        self.program = program
        self.arguments =
            [
                "--server=\(configuration.directory.absoluteString)", "--email=\(configuration.email)", "--accept-tos",
                "--path=\(folder.path)", "--key-type=ec256", "--dns=\(challenge.code.provider)",
            ] + configuration.propagation.arguments + configuration.names.map { "--domains=\($0)" } + ["run"]
        // HOME is the run's folder: files in a real one (~/.aws) would change what lego does.
        var environment = ["PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": folder.path]
        if let file = configuration.trustedAuthorities {
            environment["LEGO_CA_CERTIFICATES"] = file.path
            // Beside the system's, not in their place.
            environment["LEGO_CA_SYSTEM_CERT_POOL"] = "true"
        }
        environment.merge(challenge.environment) { $1 }
        environment.merge(configuration.propagation.environment(prefix: challenge.code.prefix)) { $1 }
        self.environment = environment
    }

    /// The program's path: the one configured, or the first in PATH; nil if it cannot be run.
    static func find(_ configured: URL?) -> String? {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin"
        let candidates = configured.map { [$0.path] } ?? path.split(separator: ":").map { "\($0)/lego" }
        return candidates.first { FileManager.default.isExecutableFile(atPath: $0) }
    }
}
