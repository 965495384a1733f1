import ArgumentParser
import Foundation
import ServerBootstrap
import Tenancy

/// `bulkhead certs trust`.
struct CertsTrustCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "trust",
        abstract: "Explain how to trust the certificates of 'bulkhead dev --tls'.",
        discussion: """
            Makes the authority of this machine if there is none, and changes nothing else: what is trusted is \
            yours to decide. It can certify names under its own base domain only.

            Examples:
              bulkhead certs trust
              bulkhead certs trust --data /tmp/try --json
            """)

    @Option(help: ArgumentHelp("Where the data of the development instance are.", valueName: "folder"))
    var data = DevelopmentFolder.standard

    @OptionGroup var output: OutputOptions

    func run() async throws {
        let folder = DevelopmentFolder(URL(fileURLWithPath: self.data))
        guard folder.holdsInstance else { throw BootstrapError.noInstance(folder.url.path) }
        guard let base = BaseDomain("localhost") else { return }
        let authority = try DevelopmentCertificates(folder: folder.tls, base: base).summary()
        try self.output.print(
            TrustAdvice(
                name: authority.name, certificate: authority.file.path, base: base.description,
                port: try folder.httpPort(), notAfter: authority.notAfter))
    }
}

/// How to trust an authority.
struct TrustAdvice: CommandOutput {
    let name: String
    let certificate: String
    let base: String
    let port: Int
    let notAfter: Date

    var text: String {
        """
        The authority of this machine:

          Name         \(self.name)
          Certificate  \(self.certificate)
          For          \(self.base) and names below it, nothing else
          Until        \(self.notAfter.formatted(.iso8601.year().month().day()))

        One program, without trusting it anywhere else:

          curl --cacert \(self.certificate) https://\(self.base):\(self.port)
          NODE_EXTRA_CA_CERTS=\(self.certificate) node app.js

        Debian, Ubuntu:

          sudo cp \(self.certificate) \\
              /usr/local/share/ca-certificates/bulkhead-dev.crt
          sudo update-ca-certificates

        macOS:

          security add-trusted-cert -r trustRoot \\
              -k ~/Library/Keychains/login.keychain-db \\
              \(self.certificate)

        Chromium on Linux (needs certutil, of libnss3-tools):

          certutil -d sql:$HOME/.pki/nssdb -A -t C,, -n bulkhead-dev \\
              -i \(self.certificate)

        Firefox: Settings, Privacy & Security, View Certificates, Authorities,
        Import; tick "Trust this CA to identify websites".

        To take it back, remove it from the same place. Its key lies beside it and
        can be read by you alone; remove the folder to start anew.
        """
    }
}
