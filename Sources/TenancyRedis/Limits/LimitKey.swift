import Tenancy

/// How the counts of limits are called in Redis.
///
/// The part in braces is what a cluster places keys by: all that one script touches has the same.
enum LimitKey {
    static func bucket(_ owner: LimitSubject, _ bucket: RateLimitCharge.Bucket) -> String {
        "bulkhead:limit:{\(owner)}:\(bucket.name):\(bucket.subject)"
    }

    /// The attempts at an account, from wherever.
    static func attempts(_ account: LimitSubject) -> String { "bulkhead:attempts:{\(account)}" }

    /// That an address is known, and the attempts from there.
    static func known(_ account: LimitSubject, _ address: LimitSubject) -> String {
        "bulkhead:attempts:{\(account)}:known:\(address)"
    }

    static func attempts(_ account: LimitSubject, _ address: LimitSubject) -> String {
        "bulkhead:attempts:{\(account)}:from:\(address)"
    }
}
