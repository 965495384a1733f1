import Foundation

/// Takes a password out of what a server says: some repeat the command that they do not like.
struct SecretFilter: Sendable {
    private let secrets: [String]

    init(_ configuration: SMTPConfiguration) {
        guard let user = configuration.username, let password = configuration.password else {
            self.secrets = []
            return
        }
        let encoded = [password, "\0\(user)\0\(password)"].map { Data($0.utf8).base64EncodedString() }
        self.secrets = [password] + encoded
    }

    func clean(_ text: String) -> String {
        self.secrets.reduce(text) { $0.replacingOccurrences(of: $1, with: "***") }
    }
}
