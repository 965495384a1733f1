import Testing

@testable import Identity

@Suite("The password policy")
struct PasswordPolicyTests {
    let policy = PasswordPolicy.standard

    @Test(arguments: [
        "correct horse battery", "tr0ub4dor&3 again", "пароль-из-шести-слов", "密码要足够长才可以使用吧好的", "            x",
        String(repeating: "ab1", count: 4) + "z", "👩‍🚀 is not a password",
    ])
    func `Long passwords of any characters are taken`(_ password: String) {
        #expect(self.policy.problem(in: password) == nil)
    }

    @Test func `Length is counted in characters after normalising`() {
        #expect(self.policy.problem(in: "elevenchars") == "must have at least 12 characters")
        #expect(self.policy.problem(in: "twelve-chars") == nil)
        #expect(
            self.policy.problem(in: String(repeating: "Pw", count: 64) + String(repeating: "xyq", count: 42)) == nil)
        let long = (0..<257).map { String(UnicodeScalar(UInt8(97 + $0 * 7 % 26))) }.joined()
        #expect(self.policy.problem(in: String(long.dropLast())) == nil)
        #expect(self.policy.problem(in: long) == "must have at most 256 characters")
        // Six composed letters, written with twelve scalars.
        #expect(self.policy.problem(in: "a\u{301}b\u{301}e\u{301}o\u{301}u\u{301}i\u{301}") != nil)
        #expect(self.policy.problem(in: String(repeating: "x", count: 5_000_000)) == "must have at most 256 characters")
    }

    @Test(arguments: ["a password\0with", "a password\nwith lines", "a password\u{1B}[31m", "a pass\u{202E}word too"])
    func `Control characters are refused`(_ password: String) {
        #expect(self.policy.problem(in: password) == "must not contain control characters")
    }

    @Test func `Nothing is refused as empty`() {
        #expect(self.policy.problem(in: "") != nil)
        #expect(self.policy.problem(in: String(repeating: " ", count: 20)) != nil)
    }

    @Test(arguments: [
        "password1234", "PassWord1234", "correcthorsebatterystaple", "aaaaaaaaaaaa", "abababababab", "abcabcabcabc",
        "123456789012", "qwertyuiop[]".replacing("[]", with: "as"), "zyxwvutsrqponm", "098765432109", "changeme1234",
        "1q2w3e4r5t6y", "passwordpassword",
    ])
    func `What is guessed first is refused, in any case`(_ password: String) {
        #expect(self.policy.problem(in: password)?.contains("guessed first") == true)
    }

    @Test func `A problem never repeats the password`() {
        for password in ["hunter2", "password1234", "a\nsecret of mine", String(repeating: "secret", count: 80)] {
            #expect(self.policy.problem(in: password)?.contains(password) == false)
        }
    }

    @Test func `A generated password meets the policy and comes once`() {
        let made = (0..<200).map { _ in PasswordPolicy.generate() }
        #expect(Set(made).count == 200)
        for password in made {
            #expect(self.policy.problem(in: password) == nil)
            #expect(password.count == 29)
            #expect(password.split(separator: "-").map(\.count) == [5, 5, 5, 5, 5])
            #expect(!password.contains(where: "ilo01".contains))
        }
    }
}
