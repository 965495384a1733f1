import Foundation
import Redis

extension ConfigurationDraft {
    /// Which Redis server there is; nil if there is none, or something is wrong.
    mutating func redis() -> RedisSettings? {
        let client = self.value(.redisURL, default: nil, Self.redisClient)
        let authorities = self.value(.redisCAFile, default: nil) { $0.isEmpty ? nil : $0 }
        let secret = self.value(.redisSecretFile, default: nil) { $0.isEmpty ? nil : URL(fileURLWithPath: $0) }
        guard var client else { return nil }
        client.caFile = authorities
        return RedisSettings(client: client, secretFile: secret)
    }

    private static func redisClient(_ text: String) -> RedisConfiguration? {
        // What is wrong is not said, since the URL holds the password; the rule says what would be right.
        try? RedisConfiguration(url: text)
    }
}
