import ArgumentParser
import ControlPlane
import Foundation
import ServerBootstrap
import Tenancy

/// `bulkhead admin create`.
struct AdminCreateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create",
        abstract: "Add an administrator, who may create and see all tenants.",
        discussion: """
            Without a password of yours one is made and shown once.

            Examples:
              bulkhead admin create --email you@example.com --name "Your Name"
              bulkhead admin create --email you@example.com --name You \\
                  --password-file password.txt
            """)

    @Option(help: ArgumentHelp("The address to sign in with.", valueName: "address"))
    var email: String

    @Option(help: "What the person is called.")
    var name: String

    @Option(
        help: ArgumentHelp(
            "Read the password from the first line of this file; '-' is standard input.", valueName: "file"))
    var passwordFile: String?

    @OptionGroup var installation: InstallationOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let password = try self.passwordFile.map(SecretInput.read)
        let (email, name) = (self.email, self.name)
        let result = try await self.installation.withComposition { composition in
            let made = try await composition.adminAccounts.create(
                email: email, name: name, password: password, by: .system("cli"))
            return AdminResult(
                id: made.admin.id.description, email: made.admin.email.description, name: made.admin.name,
                password: made.generatedPassword)
        }
        try self.output.print(result)
    }
}

/// An administrator who was made.
struct AdminResult: CommandOutput {
    let id: String
    let email: String
    let name: String
    /// Only if it was generated.
    let password: String?

    var text: String {
        let line = "Administrator \(self.email) may sign in now."
        guard let password else { return line }
        return "\(line)\n\n  Password  \(password)   (shown once)"
    }
}

/// Secrets that a person hands to a command: never as an argument, which every user of the machine can read.
enum SecretInput {
    /// The first line of a file; `-` is standard input.
    static func read(_ file: String) throws -> String {
        let text: String?
        if file == "-" {
            text = readLine(strippingNewline: true)
        } else {
            do {
                text = try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n").first.map(String.init)
            } catch {
                throw CommandFailure(message: "\(file) cannot be read: \(error.localizedDescription)")
            }
        }
        guard let text, !text.isEmpty else { throw CommandFailure(message: "\(file) holds no password") }
        return text
    }
}
