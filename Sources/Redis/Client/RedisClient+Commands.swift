extension RedisClient {
    /// Sends a command and waits for its reply.
    ///
    /// At the deadline (default: ``RedisConfiguration/defaultDeadline`` from now), and when the task is cancelled, the
    /// call throws at once; a command that is under way may still be carried out (``RedisError/outcome``). Nothing is
    /// sent a second time. Commands that change the connection itself (`SELECT`, `MULTI`, `SUBSCRIBE`, `CLIENT`, ...) or
    /// block it (`BLPOP`, ...) are refused, since others share it.
    ///
    /// - Throws: ``RedisError``; an error reply is one with code `serverError`.
    public func send(_ command: RedisCommand, deadline: ContinuousClock.Instant? = nil) async throws -> RedisValue {
        guard !command.needsOwnConnection else { throw RedisError.unsupported(Self.sharing) }
        let reply = try await self.exchange(command.wire, count: 1, deadline: deadline)
        if case .error(let error) = reply { throw RedisError.server(error) }
        return reply
    }

    /// Sends several commands in one round trip and waits for all replies.
    ///
    /// They are not a transaction: others' commands may run in between, and one that fails stops none. One error reply
    /// is the failure of its command only. Throws ``RedisError`` if there are no replies at all.
    public func pipeline(
        _ commands: [RedisCommand], deadline: ContinuousClock.Instant? = nil
    ) async throws -> [Result<RedisValue, RedisError>] {
        guard !commands.contains(where: \.needsOwnConnection) else { throw RedisError.unsupported(Self.sharing) }
        if commands.isEmpty { return [] }
        let wire = commands.count == 1 ? commands[0].wire : commands.flatMap(\.wire)
        let reply = try await self.exchange(wire, count: commands.count, deadline: deadline)
        let replies = commands.count == 1 ? [reply] : reply.array ?? []
        return replies.map { reply in
            if case .error(let error) = reply { .failure(.server(error)) } else { .success(reply) }
        }
    }

    private static var sharing: String { "The command changes or blocks a connection that others share." }

    /// The value of a key; nil if there is none.
    ///
    /// - Throws: ``RedisError``.
    public func get(_ key: String, deadline: ContinuousClock.Instant? = nil) async throws -> [UInt8]? {
        switch try await self.send(RedisCommand("GET", .text(key)), deadline: deadline) {
        case .null: return nil
        case .bytes(let bytes): return bytes
        default: throw RedisError.unexpectedReply("a string")
        }
    }

    /// Sets the value of a key; returns whether it was set, which it is not if `onlyIfAbsent` and there is one already.
    ///
    /// - Parameters:
    ///   - key: the key.
    ///   - value: any bytes.
    ///   - lifetime: after which the key is removed, in whole milliseconds, at least one; nil is for ever.
    ///   - onlyIfAbsent: whether a value that is there stays.
    ///   - deadline: as for ``send(_:deadline:)``.
    /// - Throws: ``RedisError``.
    @discardableResult
    public func set(
        _ key: String, to value: [UInt8], lifetime: Duration? = nil, onlyIfAbsent: Bool = false,
        deadline: ContinuousClock.Instant? = nil
    ) async throws -> Bool {
        var arguments: [RedisArgument] = [.text(key), .bytes(value)]
        if let lifetime {
            let (seconds, attoseconds) = lifetime.components
            arguments += ["PX", .integer(max(1, seconds * 1000 + attoseconds / 1_000_000_000_000_000))]
        }
        if onlyIfAbsent { arguments.append("NX") }
        return try await !self.send(RedisCommand("SET", arguments: arguments), deadline: deadline).isNull
    }

    /// Removes keys; returns how many there were.
    ///
    /// - Throws: ``RedisError``.
    @discardableResult
    public func delete(_ keys: [String], deadline: ContinuousClock.Instant? = nil) async throws -> Int {
        if keys.isEmpty { return 0 }
        return try await self.count(RedisCommand("DEL", arguments: keys.map { .text($0) }), deadline)
    }

    /// Sends a message to a channel; returns how many subscribers of this server got it.
    ///
    /// - Throws: ``RedisError``.
    @discardableResult
    public func publish(
        _ payload: [UInt8], to channel: String, deadline: ContinuousClock.Instant? = nil
    ) async throws -> Int {
        try await self.count(RedisCommand("PUBLISH", .text(channel), .bytes(payload)), deadline)
    }

    private func count(_ command: RedisCommand, _ deadline: ContinuousClock.Instant?) async throws -> Int {
        guard case .integer(let count) = try await self.send(command, deadline: deadline) else {
            throw RedisError.unexpectedReply("a number")
        }
        return Int(count)
    }
}
