import Foundation
import Tenancy

/// The claims of an access token (RFC 7519, section 4.1; RFC 9068, section 2.2), all of them required and no others.
struct TokenClaims: Sendable, Equatable {
    var issuer: String
    var audience: String
    var subject: TokenSubject
    /// Seconds since 1970, as all times here.
    var issuedAt: Int
    var notBefore: Int
    var expiresAt: Int
    /// A lower-case UUID.
    var id: String

    /// The longest time from issue to expiry, in seconds.
    static let lifetimeLimit = 900
    /// How far clocks may differ, in seconds.
    static let skew = 5
    /// Times that make sense: the years 2001 to 2100.
    static let era = 1_000_000_000...4_102_444_800

    private static let globalAdmin = "globalAdmin"

    init(
        issuer: String, audience: String, subject: TokenSubject, issuedAt: Int, notBefore: Int, expiresAt: Int,
        id: String
    ) {
        self.issuer = issuer
        self.audience = audience
        self.subject = subject
        self.issuedAt = issuedAt
        self.notBefore = notBefore
        self.expiresAt = expiresAt
        self.id = id
    }

    /// Reads the payload of a token whose signature has been verified.
    init(_ object: FlatJSONObject) throws(TokenProblem) {
        guard let issuer = object.text("iss") else { throw .issuer }
        guard let audience = object.text("aud") else { throw .audience }
        guard let issuedAt = object.integer("iat"), let notBefore = object.integer("nbf"),
            let expiresAt = object.integer("exp"), let id = object.text("jti"), let subject = Self.subject(object),
            [issuedAt, notBefore, expiresAt].allSatisfy(Self.era.contains),
            UUID(uuidString: id)?.uuidString.lowercased() == id,
            object.members.count == (subject.tenant == nil ? 8 : 9)
        else { throw .claims }
        self.init(
            issuer: issuer, audience: audience, subject: subject, issuedAt: issuedAt, notBefore: notBefore,
            expiresAt: expiresAt, id: id)
    }

    /// The payload as JSON.
    ///
    /// Every text must be one that ``FlatJSONObject`` can hold.
    var json: String {
        var members = [
            #""iss":"\#(self.issuer)""#, #""aud":"\#(self.audience)""#, #""iat":\#(self.issuedAt)"#,
            #""nbf":\#(self.notBefore)"#, #""exp":\#(self.expiresAt)"#, #""jti":"\#(self.id)""#,
        ]
        switch self.subject {
        case .member(let id, let role, let tenant):
            members += [#""sub":"\#(id)""#, #""role":"\#(role.rawValue)""#, #""tenant_id":"\#(tenant)""#]
        case .admin(let id):
            members += [#""sub":"\#(id)""#, #""role":"\#(Self.globalAdmin)""#]
        }
        return "{" + members.joined(separator: ",") + "}"
    }

    /// Checks what the claims say against what is expected at the time `now`, in seconds since 1970; any audience will
    /// do if none is given.
    func check(issuer: String, audience: String?, now: Double) throws(TokenProblem) {
        guard self.issuer == issuer else { throw .issuer }
        if let audience, self.audience != audience { throw .audience }
        guard self.expiresAt > self.issuedAt, self.expiresAt - self.issuedAt <= Self.lifetimeLimit,
            self.notBefore < self.expiresAt
        else { throw .claims }
        guard now < Double(self.expiresAt + Self.skew) else { throw .expired }
        guard Double(max(self.notBefore, self.issuedAt)) <= now + Double(Self.skew) else { throw .notYetValid }
    }

    private static func subject(_ object: FlatJSONObject) -> TokenSubject? {
        guard let role = object.text("role") else { return nil }
        if role == self.globalAdmin {
            guard object.members["tenant_id"] == nil else { return nil }
            return self.identifier(object.text("sub")).map(TokenSubject.admin)
        }
        guard let role = MemberRole(rawValue: role), let user: UserID = self.identifier(object.text("sub")),
            let tenant: TenantID = self.identifier(object.text("tenant_id"))
        else { return nil }
        return .member(user, role, tenant)
    }

    /// Reads an id in its one text form.
    private static func identifier<Kind>(_ text: String?) -> Identifier<Kind>? {
        guard let text, let identifier = Identifier<Kind>(text), identifier.description == text else { return nil }
        return identifier
    }
}
