import ArgumentParser

/// `bulkhead certs`.
struct CertsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "certs", abstract: "Look after the certificates of development.",
        subcommands: [CertsTrustCommand.self])
}
