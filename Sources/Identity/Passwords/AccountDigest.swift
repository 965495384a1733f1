import Crypto
public import Tenancy

/// Names an account where its e-mail address has no business: in counts of attempts, in memory and in Redis.
///
/// Made from what somebody typed, whether or not there is such an account. It is no secret: who has a list of addresses
/// can try them out.
public enum AccountDigest {
    /// The digest of an account.
    ///
    /// - Parameters:
    ///   - email: as typed; two spellings of one address give one digest.
    ///   - tenant: whose member it would be; nil for an administrator.
    public static func subject(email: String, tenant: TenantID?) -> LimitSubject {
        let address = EmailAddress(email)?.description ?? email.lowercased()
        let text = "\(tenant?.description ?? "admin")|\(address)"
        return LimitSubject(digest: SHA256.hash(data: Array(text.utf8)))
    }
}
