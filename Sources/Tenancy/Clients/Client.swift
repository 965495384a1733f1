public import Foundation

/// A person or company for whom a tenant works.
public struct Client: Sendable, Hashable, Identifiable {
    /// Identifies the client within the tenant.
    public let id: ClientID
    /// What it is called; 1-200 characters.
    public var name: String
    /// Where it is reached; unique within the tenant if present.
    public var email: EmailAddress?
    /// A telephone number as people write it; at most 40 characters.
    public var phone: String?
    /// Free text; at most 4,000 characters.
    public var notes: String?
    /// Counts the changes, from 1; the entity tag of updates.
    public var version: Int
    /// When the row was made, by the database's clock.
    public let createdAt: Date
    /// When the row last changed, by the database's clock.
    public var updatedAt: Date

    /// A client as the tenant's tables have it.
    public init(
        id: ClientID, name: String, email: EmailAddress?, phone: String?, notes: String?, version: Int,
        createdAt: Date, updatedAt: Date
    ) {
        self.id = id
        self.name = name
        self.email = email
        self.phone = phone
        self.notes = notes
        self.version = version
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }
}

/// What may be written into a client, checked.
public struct ClientDraft: Sendable, Hashable {
    /// See ``Client/name``.
    public var name: String
    /// See ``Client/email``.
    public var email: EmailAddress?
    /// See ``Client/phone``.
    public var phone: String?
    /// See ``Client/notes``.
    public var notes: String?

    /// Checks everything at once.
    ///
    /// - Throws: ``ValidationError`` naming every field that breaks a rule.
    public init(name: String, email: String?, phone: String?, notes: String?) throws(ValidationError) {
        var problems: [FieldProblem] = []
        func check(_ text: String?, _ rule: TextRule, at pointer: String) {
            if let text, let detail = rule.problem(in: text) {
                problems.append(.init(pointer: pointer, detail: detail))
            }
        }
        check(name, .name, at: "/name")
        let address = email.flatMap { EmailAddress($0) }
        if email != nil, address == nil { problems.append(.init(pointer: "/email", detail: EmailAddress.rule)) }
        check(phone, TextRule(length: 1...40), at: "/phone")
        check(notes, TextRule(length: 0...4_000, allowsLineBreaks: true), at: "/notes")
        guard problems.isEmpty else { throw ValidationError(problems) }
        self.name = name
        self.email = address
        self.phone = phone
        self.notes = notes
    }
}
