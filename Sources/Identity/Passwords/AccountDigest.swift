import Crypto
public import Tenancy

/// Names an account where its e-mail address has no business: in counts of attempts, in memory and in Redis.
///
/// Made from what somebody typed, whether or not there is such an account. Without the key nobody can try a list of
/// addresses out on it.
public enum AccountDigest {
    /// The digest of an account.
    ///
    /// - Parameters:
    ///   - email: as typed; two spellings of one address give one digest.
    ///   - key: the same in all processes that count together.
    ///   - tenant: whose member it would be; nil for an administrator.
    public static func subject(email: String, tenant: TenantID?, key: [UInt8]) -> LimitSubject {
        let address = EmailAddress(email)?.description ?? email.lowercased()
        let text = "\(tenant?.description ?? "admin")|\(address)"
        let code = HMAC<SHA256>.authenticationCode(for: Array(text.utf8), using: SymmetricKey(data: key))
        return LimitSubject(digest: code)
    }
}
