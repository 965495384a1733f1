import Foundation
import Identity
import Redis
import Testing

@testable import ServerBootstrap

/// What can be said about Redis, and what is shown of it.
@Suite struct RedisConfigurationTests {
    @Test func nobodyNeedsRedis() throws {
        #expect(try ConfigurationTrial().configuration().redis == nil)
        // What is only said about the way there makes no server.
        #expect(try ConfigurationTrial("BULKHEAD_REDIS_CA_FILE=/etc/ca.pem").configuration().redis == nil)
    }

    @Test func aServerIsTakenFromItsURLAndShownWithoutIt() throws {
        let trial = ConfigurationTrial(
            "BULKHEAD_REDIS_URL=rediss://app:hush%21@cache.test:6380/3", "BULKHEAD_REDIS_CA_FILE=/etc/ca.pem",
            "BULKHEAD_REDIS_SECRET_FILE=/etc/other")
        let redis = try #require(try trial.configuration().redis)
        #expect(redis.client.host == "cache.test" && redis.client.port == 6380 && redis.client.usesTLS)
        #expect(redis.client.username == "app" && redis.client.database == 3 && redis.client.caFile == "/etc/ca.pem")
        #expect(redis.secretFile?.path == "/etc/other")
        #expect(try trial.shown(.redisURL) == "(hidden)")
        #expect(try !trial.everything().contains("hush") && !"\(redis)".contains("hush"))
        let inFile = ConfigurationTrial(yaml: "redis:\n  url: redis://127.0.0.1\n")
        #expect(try inFile.configuration().redis?.client.port == 6379)
    }

    @Test(arguments: [
        "", "http://cache", "redis://", "redis://:@host:0", "redis://user@host", "redis://host/x", "cache:6379",
    ])
    func aWrongURLIsAnsweredWithTheRule(url: String) throws {
        guard !url.isEmpty else {
            // An empty variable is none.
            #expect(try ConfigurationTrial("BULKHEAD_REDIS_URL=").configuration().redis == nil)
            return
        }
        let problems = try ConfigurationTrial("BULKHEAD_REDIS_URL=\(url)").problems()
        #expect(problems == ["BULKHEAD_REDIS_URL must be \(Setting.redisURL.rule)"])
    }

    @Test func theKeyIsOfTheSecretAndOfNothingElse() throws {
        let folder = FileManager.default.temporaryDirectory
        let files = (0..<2).map { _ in folder.appending(path: "bulkhead-secret-\(UUID())") }
        defer {
            for file in files {
                // What a test leaves in the system's temporary folder harms nobody.
                try? FileManager.default.removeItem(at: file)
            }
        }
        let seals = try files.map { try SecretSeal.create(file: $0) }
        var settings = try #require(try ConfigurationTrial("BULKHEAD_REDIS_URL=redis://h").configuration().redis)
        let key = try #require(try settings.key(seals[0]))
        #expect(try key.count == 32 && settings.key(seals[0]) == key && settings.key(seals[1]) != key)
        #expect(try settings.key(nil) == nil)
        settings.secretFile = files[1]
        #expect(try settings.key(nil) == settings.key(seals[0]))
        #expect(try settings.key(nil) != key)
        settings.secretFile = folder.appending(path: "missing-\(UUID())")
        #expect(throws: IdentityError.self) { try settings.key(seals[0]) }
    }
}
