import Logging
import Testing

@testable import Redis

@Suite("A configuration") struct ConfigurationTests {
    @Test("takes everything from the URL") func url() throws {
        let full = try RedisConfiguration(url: "rediss://app:p%40ss%2F@cache.example:6380/3")
        #expect(full.host == "cache.example" && full.port == 6380 && full.usesTLS && full.database == 3)
        #expect(full.username == "app" && full.password == "p@ss/")
        let short = try RedisConfiguration(url: "redis://:secret@[::1]")
        #expect(short.host == "::1" && short.port == 6379 && !short.usesTLS && short.database == 0)
        #expect(short.username == nil && short.password == "secret")
    }

    @Test(
        "is refused without repeating the URL",
        arguments: [
            "", "http://h", "redis://", "redis:///1", "redis://h/x", "redis://h/-1", "redis://h/1/2", "redis://h:0",
            "redis://h:99999", "redis://hunter2@h", "redis://u:hunter2@h/1?x=y", "redis://u:hunter2@h#f",
            "unix:///hunter2",
        ])
    func refused(_ url: String) {
        let error = #expect(throws: RedisError.self) { try RedisConfiguration(url: url) }
        #expect(error?.code == .invalidConfiguration)
        #expect(error.map { !String(reflecting: $0).contains("hunter2") } == true)
    }

    @Test("shows no secret") func secrets() throws {
        let configuration = try RedisConfiguration(url: "redis://somebody:hunter2@h")
        let client = RedisClient(configuration: configuration, logger: .init(label: "t"))
        var dumped = ""
        dump((configuration, client), to: &dumped)
        let command = RedisCommand("AUTH", "somebody", "hunter2")
        dump(command, to: &dumped)
        let text = "\(configuration) \(String(reflecting: configuration)) \(client) \(command) \(dumped)"
        #expect(!text.contains("hunter2") && !text.contains("somebody"))
    }
}
