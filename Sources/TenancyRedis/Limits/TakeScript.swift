import Redis
import Tenancy

/// Takes from all buckets of a charge or from none, in one step of the server and by the server's clock.
///
/// A bucket is one number: when it will be full, in microseconds since ``epoch``, with three decimals. Lua counts in
/// doubles, which have room for that to a hundredth of a microsecond for some decades; the true epoch would cost two
/// digits. A value that is no such number - or no string at all - is a full bucket: it is overwritten, and mends itself.
/// A time too far in the future - the limit was lowered, the server's clock set back - is an empty bucket from now on.
enum TakeScript {
    static let script = RedisScript(
        """
        local clock = redis.call('TIME')
        local now = (tonumber(clock[1]) - 1735689600) * 1000000 + tonumber(clock[2])
        local debts, grants, refused = {}, {}, false
        for i, key in ipairs(KEYS) do
          local interval, depth, wanted = tonumber(ARGV[3 * i - 2]), tonumber(ARGV[3 * i - 1]), tonumber(ARGV[3 * i])
          local full = redis.pcall('GET', key)
          full = type(full) == 'string' and tonumber(full) or now
          if not (full >= now) then full = now end
          if full > now + depth then
            full = now + depth
            redis.call('SET', key, string.format('%.3f', full), 'PX', math.ceil(depth / 1000) + 1)
          end
          debts[i] = full - now
          grants[i] = math.min(wanted, math.floor((depth - debts[i]) / interval + 0.001))
          if grants[i] < 1 then refused = true end
        end
        local answer = {}
        for i, key in ipairs(KEYS) do
          local interval, depth = tonumber(ARGV[3 * i - 2]), tonumber(ARGV[3 * i - 1])
          local granted, wait = 0, 0
          if refused then
            if grants[i] < 1 then wait = math.max(1, math.ceil(debts[i] + interval - depth)) end
          else
            granted = grants[i]
            debts[i] = debts[i] + granted * interval
            redis.call('SET', key, string.format('%.3f', now + debts[i]), 'PX', math.ceil(debts[i] / 1000) + 1)
          end
          answer[3 * i - 2] = granted
          answer[3 * i - 1] = math.max(0, math.floor((depth - debts[i]) / interval + 0.001))
          answer[3 * i] = wait
        end
        return answer
        """)

    /// What the script takes: for each bucket interval and depth in microseconds, and how many are wanted.
    static func arguments(_ charge: RateLimitCharge, _ question: LeaseBook.Question) -> [RedisArgument] {
        question.wanted.flatMap { place, count -> [RedisArgument] in
            let rate = charge.buckets[place].rate
            return [.text(Self.microseconds(rate.interval)), .text(Self.microseconds(rate.depth)), .integer(count)]
        }
    }

    /// Reads the answer.
    ///
    /// - Returns: a grant for each bucket; nil if it is no answer of this script.
    static func grants(_ reply: RedisValue, count: Int) -> [SharedGrant]? {
        let numbers = reply.array?.compactMap(\.integer) ?? []
        guard numbers.count == 3 * count, count > 0 else { return nil }
        let grants = (0..<count).map { index in
            // The script's waits are rounded up to microseconds, and none is longer than some decades.
            let wait = min(max(0, numbers[3 * index + 2]), 1_000_000_000_000_000) * 1000
            return SharedGrant(granted: numbers[3 * index], remaining: max(0, numbers[3 * index + 1]), wait: wait)
        }
        let isRefused = grants.contains { $0.granted < 1 }
        guard !isRefused || grants.allSatisfy({ $0.granted == 0 }) && grants.contains(where: { $0.wait > 0 }) else {
            return nil
        }
        return grants
    }

    /// With all its decimals, and without a rounding.
    private static func microseconds(_ nanoseconds: Int64) -> String {
        let rest = String(nanoseconds % 1000)
        return "\(nanoseconds / 1000).\(String(repeating: "0", count: 3 - rest.count))\(rest)"
    }
}
