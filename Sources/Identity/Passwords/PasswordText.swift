import Foundation

/// A password as it is compared: different ways to type the same characters are the same password.
///
/// Composed characters and spaces other than U+0020 are made uniform as the OpaqueString profile does
/// (RFC 8265, section 4.2.2); case and all else stay.
struct PasswordText: Sendable {
    /// The uniform text.
    let text: String

    /// Takes a password as a person typed it.
    init(_ typed: String) {
        var scalars = String.UnicodeScalarView()
        for scalar in typed.unicodeScalars {
            scalars.append(scalar.properties.generalCategory == .spaceSeparator ? " " : scalar)
        }
        self.text = String(scalars).precomposedStringWithCanonicalMapping
    }

    /// How many characters a password may take at most before it is looked at: above, normalising it would itself be
    /// work for an attacker to order.
    static let byteLimit = 4_096
}
