import Foundation
import Redis
import RedisTestSupport
import Testing

@testable import class Redis.MessageInbox
@testable import struct Redis.SubscriptionMachine

@Suite("Messages") struct MessageTests {
    @Test("reach every subscriber of their channel, in order") func delivery() async throws {
        try await RedisServer.use { server in
            try await withClient(server.url()) { redis in
                var first = redis.messages(on: ["a", "b"]).makeAsyncIterator()
                var second = redis.messages(on: ["b"]).makeAsyncIterator()
                #expect(await first.next() == .subscribed)
                #expect(await second.next() == .subscribed)
                #expect(try await redis.publish([0, 255, 10], to: "a") == 1)
                for number in UInt8(0)..<100 { try await redis.publish([number], to: "b") }
                #expect(await first.next() == .message(RedisMessage(channel: "a", payload: [0, 255, 10])))
                for number in UInt8(0)..<100 {
                    let message = RedisMessageEvent.message(RedisMessage(channel: "b", payload: [number]))
                    #expect(await first.next() == message)
                    #expect(await second.next() == message)
                }
                let clients = try await redis.send(RedisCommand("INFO", "clients")).text ?? ""
                #expect(clients.contains("connected_clients:2\r\n"))
            }
        }
    }

    @Test("are no longer sent for when nobody listens, and again when somebody does") func unsubscribed() async throws {
        try await RedisServer.use { server in
            try await withClient(server.url()) { redis in
                func subscribers() async throws -> Int64? {
                    try await redis.send(RedisCommand("PUBSUB", "NUMSUB", "a")).array?.last?.integer
                }
                for _ in 0..<3 {
                    try await Self.listenOnce(redis)
                    try await eventually("unsubscribed") { try await subscribers() == 0 }
                }
            }
        }
    }

    private static func listenOnce(_ redis: RedisClient) async throws {
        var messages = redis.messages(on: ["a"]).makeAsyncIterator()
        #expect(await messages.next() == .subscribed)
        try await redis.publish([1], to: "a")
        #expect(await messages.next() == .message(RedisMessage(channel: "a", payload: [1])))
    }

    @Test("may have been missed when the server was restarted, and subscribers are told") func gap() async throws {
        try await RedisServer.use { server in
            try await withClient(server.url()) { redis in
                var messages = redis.messages(on: ["a"]).makeAsyncIterator()
                #expect(await messages.next() == .subscribed)
                try await server.stop()
                try await server.startAgain()
                #expect(await messages.next() == .resubscribed)
                try await redis.isConnected(true)
                try await redis.publish([2], to: "a")
                #expect(await messages.next() == .message(RedisMessage(channel: "a", payload: [2])))
            }
        }
    }

    @Test("from a server that hangs are asked for anew") func hang() async throws {
        try await RedisServer.use { server in
            try await withClient(server.url()) {
                $0.stallLimit = .milliseconds(200)
                $0.idleCheckInterval = .milliseconds(100)
                $0.connectTimeout = .milliseconds(200)
            } _: { redis in
                var messages = redis.messages(on: ["a"]).makeAsyncIterator()
                #expect(await messages.next() == .subscribed)
                try await server.pause()
                try await redis.isConnected(false)
                server.resume()
                try await redis.isConnected(true)
                // The connection for messages may have come through, if it was asked later.
                try await eventually("a message") {
                    try await redis.publish([3], to: "a")
                    return try await redis.send(RedisCommand("PUBSUB", "NUMSUB", "a")).array?.last?.integer == 1
                }
                let event = await messages.next()
                #expect(event == .resubscribed || event == .message(RedisMessage(channel: "a", payload: [3])))
            }
        }
    }

    @Test("are dropped when too many wait, and the subscriber is told") func overflow() async throws {
        try await RedisServer.use { server in
            try await withClient(server.url()) {
                $0.maximumBufferedMessages = 10
            } _: { redis in
                var slow = redis.messages(on: ["a"]).makeAsyncIterator()
                var quick = redis.messages(on: ["a"]).makeAsyncIterator()
                #expect(await slow.next() == .subscribed)
                #expect(await quick.next() == .subscribed)
                for number in UInt8(0)..<100 {
                    try await redis.publish([number], to: "a")
                    #expect(await quick.next() == .message(RedisMessage(channel: "a", payload: [number])))
                }
                #expect(await slow.next() == .overflowed)
                guard case .message(let next)? = await slow.next() else { throw Failure("no message") }
                #expect(next.payload[0] > 80)
            }
        }
    }

    @Test("are bounded by their size, too") func bytes() async throws {
        let inbox = MessageInbox(channels: ["a"], limit: 100, byteLimit: 1000)
        let message = RedisMessageEvent.message(RedisMessage(channel: "a", payload: Array(repeating: 1, count: 400)))
        inbox.append(message)
        inbox.append(message)
        inbox.append(message)
        inbox.append(message)
        inbox.finish()
        #expect(await inbox.next() == .overflowed)
        #expect(await inbox.next() == message)
        #expect(await inbox.next() == nil)
    }

    @Test("end with the task and with the client") func end() async throws {
        try await RedisServer.use { server in
            let left = try await withClient(server.url()) { redis in
                await withTaskGroup(of: Void.self) { group in
                    group.addTask { for await _ in redis.messages(on: ["a"]) {} }
                    group.cancelAll()
                }
                return redis.messages(on: ["a"]).makeAsyncIterator()
            }
            var iterator = left
            var last = await iterator.next()
            if last == .subscribed { last = await iterator.next() }
            #expect(last == nil)
        }
    }

    @Test("do not come to a user without the right, which is not tried again and again") func forbidden() async throws {
        let users = ["user default off", "user app on >s ~* resetchannels &mine +@all"]
        try await RedisServer.use(users: users) { server in
            try await withClient(server.url("app:s@")) { redis in
                async let _: Void = {
                    for await _ in redis.messages(on: ["theirs"]) { Issue.record("an event") }
                }()
                try await eventually("refused") {
                    try await redis.send(RedisCommand("ACL", "LOG")).array?.count == 1
                }
                let stats = try await redis.send(RedisCommand("INFO", "stats")).text ?? ""
                #expect(stats.contains("total_connections_received:2\r\n"))
                #expect(try await redis.get("k") == nil)
            }
        }
    }
}

@Suite("Subscriptions") struct SubscriptionMachineTests {
    @Test("that overlap are counted by confirmation") func overlap() {
        let (one, two) = (
            MessageInbox(channels: [], limit: 1, byteLimit: 1), MessageInbox(channels: [], limit: 1, byteLimit: 1)
        )
        let (a, b) = (ObjectIdentifier(one), ObjectIdentifier(two))
        var machine = SubscriptionMachine()
        machine.subscribe(a, ["x"])
        let none = machine.change()
        #expect(none == .init())
        machine.connected()
        let begun = machine.change()
        #expect(begun == .init(subscribe: ["x"]))
        machine.unsubscribe(a)
        let ended = machine.change()
        #expect(ended == .init(unsubscribe: ["x"]))
        machine.subscribe(b, ["x"])
        let anew = machine.change()
        #expect(anew == .init(subscribe: ["x"]))
        for _ in 0..<2 {
            let (isConfirmed, told) = (machine.confirmed("x"), machine.announcements())
            #expect(isConfirmed && told.isEmpty && machine.isOwed)
        }
        let isConfirmed = machine.confirmed("x")
        #expect(isConfirmed)
        let first = machine.announcements()
        #expect(first.map(\.1) == [.subscribed])
        #expect(machine.receivers(of: "x") == [b] && machine.receivers(of: "y") == [])
        let again = machine.confirmed("x")
        #expect(!again)
        machine.lost()
        #expect(machine.receivers(of: "x") == [])
        let nobody = machine.announcements()
        #expect(nobody.isEmpty)
        machine.connected()
        let restored = machine.change()
        #expect(restored == .init(subscribe: ["x"]))
        let isConfirmedAgain = machine.confirmed("x")
        #expect(isConfirmedAgain)
        let second = machine.announcements()
        #expect(second.map(\.1) == [.resubscribed])
    }
}
