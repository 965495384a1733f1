import Redis
import Tenancy

/// Counts attempts by the server's clock; all keys of an account are in one place.
///
/// A count is the text `attempts:held until`, in milliseconds; what is not of that form counts as none,
/// and a time too far in the future - the server's clock was set back - is the longest pause from now on.
enum AttemptScript {
    /// `KEYS`: the account's count, the mark that the address is known, the address' own count.
    ///
    /// `ARGV`: how many are
    /// free, the first pause, the longest, and for how long a count is kept. Answers with 1 or 0 for yes or no, the
    /// attempts, the milliseconds to wait, and whether the address is known.
    static let begin = RedisScript(
        """
        local clock = redis.call('TIME')
        local now = tonumber(clock[1]) * 1000 + math.floor(tonumber(clock[2]) / 1000)
        local free, first, longest = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
        local known = redis.call('EXISTS', KEYS[2])
        local key = known == 1 and KEYS[3] or KEYS[1]
        local count = redis.pcall('GET', key)
        local attempts, held = nil, nil
        if type(count) == 'string' then attempts, held = string.match(count, '^(%d+):(%d+)$') end
        attempts, held = tonumber(attempts or 0), tonumber(held or 0)
        if held > now + longest then
          held = now + longest
          redis.call('SET', key, string.format('%d:%d', attempts, held), 'PX', ARGV[4])
        end
        local wait = held - now
        if wait > 0 then return {0, attempts, wait, known} end
        attempts = attempts + 1
        local pause = 0
        if attempts > free then pause = math.min(longest, first * 2 ^ math.min(attempts - free - 1, 40)) end
        redis.call('SET', key, string.format('%d:%d', attempts, now + pause), 'PX', ARGV[4])
        return {1, attempts, 0, known}
        """)

    /// `KEYS` as above.
    ///
    /// `ARGV`: whether the address was known, and for how many milliseconds it will be.
    static let succeeded = RedisScript(
        """
        redis.call('DEL', KEYS[3])
        if ARGV[1] == '0' then redis.call('DEL', KEYS[1]) end
        redis.call('SET', KEYS[2], '1', 'PX', ARGV[2])
        return 1
        """)

    /// `KEYS` as above.
    ///
    /// `ARGV`: whether the address was known.
    static let withdrawn = RedisScript(
        """
        local key = ARGV[1] == '1' and KEYS[3] or KEYS[1]
        local count = redis.pcall('GET', key)
        local attempts = type(count) == 'string' and tonumber(string.match(count, '^(%d+):%d+$')) or 0
        if attempts > 0 then redis.call('SET', key, string.format('%d:0', attempts - 1), 'KEEPTTL') end
        return 1
        """)

    static func arguments(_ policy: BackOff) -> [RedisArgument] {
        [policy.first, policy.longest, policy.memory].reduce(into: [.integer(Int64(policy.free))]) {
            $0.append(.integer(max(1, $1 / 1_000_000)))
        }
    }

    static func decision(_ reply: RedisValue) -> AttemptDecision? {
        let numbers = reply.array?.compactMap(\.integer) ?? []
        guard numbers.count == 4, numbers[1] >= 0, numbers[0] == 1 || numbers[2] > 0 else { return nil }
        return AttemptDecision(
            wait: numbers[0] == 1 ? 0 : min(numbers[2], 1_000_000_000) * 1_000_000, attempts: Int(numbers[1]),
            isKnownAddress: numbers[3] == 1)
    }
}
