/// Passwords that are long enough and still among the first that anybody tries (NIST SP 800-63B, section 5.1.1.2).
enum CommonPasswords {
    /// Whether `password` is one of them, in whatever case, or a few characters over and over, or a run of a keyboard
    /// or alphabet.
    static func contains(_ password: String) -> Bool {
        let folded = password.lowercased()
        if self.listed.contains(folded) || self.repeats(folded) { return true }
        return self.runs.contains { $0.contains(folded) }
    }

    /// Whether the text is a sequence of at most four characters, repeated: `abcabcabcabc`.
    private static func repeats(_ text: String) -> Bool {
        let characters = Array(text)
        return (1...4).contains { period in
            characters.indices.dropFirst(period).allSatisfy { characters[$0] == characters[$0 - period] }
        }
    }

    private static let runs: [String] = {
        let forward = [
            "12345678901234567890", "01234567890123456789", "abcdefghijklmnopqrstuvwxyz", "qwertyuiopasdfghjklzxcvbnm",
            "1q2w3e4r5t6y7u8i9o0p", "1qaz2wsx3edc4rfv5tgb6yhn", "qazwsxedcrfvtgbyhnujm", "qwertzuiopasdfghjklyxcvbnm",
            "azertyuiopqsdfghjklmwxcvbn", "!@#$%^&*()_+", "zxcvbnmasdfghjklqwertyuiop", "asdfghjklqwertyuiop",
        ]
        return forward + forward.map { String($0.reversed()) }
    }()

    private static let listed: Set<String> = [
        "administrator", "administrator1", "adminadminadmin", "admin1234567", "admin12345678", "admin123456789",
        "basketball12", "baseball1234", "bulkheadbulkhead", "bulkhead1234", "changeme1234", "changemechangeme",
        "changeme12345", "correcthorsebatterystaple", "correct horse battery staple", "defaultpassword",
        "dragon123456", "fuckyou12345", "football1234", "iloveyou1234", "iloveyou12345", "iloveyouforever",
        "letmeinletmein", "letmein12345", "letmein123456", "liverpool123", "master123456", "michaeljackson",
        "monkey123456", "mypassword123", "mypassword1234", "newpassword1", "newpassword123", "p@ssw0rd1234",
        "p@ssword1234", "pa$$word1234", "passw0rd1234", "passw0rd12345", "password1234", "password12345",
        "password123456", "password1234567", "password12345678", "password123456789", "password1234567890",
        "password123!", "password1234!", "passwordpassword", "princess1234", "qwerty123456", "qwerty1234567",
        "qwerty12345678", "qwerty123456789", "qwertyqwerty", "qwertyuiop12", "qwertyuiop123", "qwertyuiop1234",
        "secretsecret", "secret123456", "starwars1234", "sunshine1234", "superman1234", "temporary123",
        "test12345678", "testtesttest", "trustno1trustno1", "unbelievable", "unknown12345", "welcome12345",
        "welcome123456", "welcometo123", "whatever1234", "1234567891011", "123456789101112", "123456789abc",
        "123456abcdef", "abc123456789", "abcd12345678", "a1b2c3d4e5f6", "a1s2d3f4g5h6", "1a2b3c4d5e6f",
        "987654321012", "112233445566", "111222333444", "123123123123", "147258369147", "123456123456",
        "123321123321", "1234567812345678", "987654321987", "1q2w3e4r5t6y7u",
    ]
}
