import Foundation
import Tenancy

/// What a new password must be like.
///
/// Length and a list of the commonest, no rules about kinds of characters and no expiry (NIST SP 800-63B,
/// section 5.1.1.2). Existing passwords are not measured: a policy that becomes stricter locks nobody out.
public struct PasswordPolicy: Sendable {
    private let rule: TextRule

    /// 12 to 256 characters (Unicode scalars after normalisation), none of them a control character, and not one of
    /// the passwords that are guessed first.
    public static let standard = PasswordPolicy(rule: TextRule(length: 12...256))

    /// What is wrong with `password` and what would be right, for the person who chose it; nil if nothing is.
    ///
    /// The text never repeats the password.
    public func problem(in password: String) -> String? {
        guard password.utf8.count <= PasswordText.byteLimit else {
            return "must have at most \(self.rule.length.upperBound) characters"
        }
        let text = PasswordText(password).text
        if let problem = self.rule.problem(in: text) { return problem }
        if CommonPasswords.contains(text) { return "is one of the passwords that are guessed first; choose another" }
        return nil
    }
}

extension PasswordPolicy {
    /// A password that nobody chose: 25 characters in five groups, 123 bits, without letters that look alike.
    public static func generate() -> String {
        let letters = Array("abcdefghjkmnpqrstuvwxyz23456789")
        var generator = SystemRandomNumberGenerator()
        let groups = (0..<5).map { _ in
            String((0..<5).map { _ in letters[Int.random(in: letters.indices, using: &generator)] })
        }
        return groups.joined(separator: "-")
    }
}
