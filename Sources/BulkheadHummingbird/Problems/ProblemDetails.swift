public import HTTPTypes
public import Tenancy

public import struct Foundation.Date

/// Why a request was not served, in the form of RFC 9457: what a client gets as `application/problem+json`.
///
/// Thrown by whoever decides; turned into a response in one place (``RequestEnvelope``). Everything in it is meant for
/// strangers: no SQL, no paths, no names of tenants other than the one addressed.
public struct ProblemDetails: Error, Sendable, Equatable {
    /// The base of the `type` member.
    public static let typeBase = "https://bulkhead.dev/problems/"

    /// The last part of the problem's `type`; what programs tell problems apart by.
    public var slug: String
    /// The response's status.
    public var status: HTTPResponse.Status
    /// What kind of problem it is, the same for every occurrence.
    public var title: String
    /// What happened this time, and what to do about it.
    public var detail: String
    /// What is wrong with which field; empty unless an input was refused.
    public var errors: [FieldProblem]
    /// Before when it does not help to ask again, as a member `availableAt`; nil for no such member.
    public var availableAt: Date?
    /// Which limits are reached, as a member `violated-policies` (draft-ietf-httpapi-ratelimit-headers, section 5); empty
    /// for no such member.
    public var violatedPolicies: [String] = []
    /// Header fields that belong to the problem: `Allow`, `Retry-After`, `WWW-Authenticate`.
    public var headers: HTTPFields
    /// Whether a person in a browser gets a page instead, since this may be all that he sees of the installation.
    public var isForPeople: Bool
    /// What the tenant that the request is for is called, for the page; nil for none.
    ///
    /// Not part of the document.
    public var tenantName: String?

    /// A problem.
    public init(
        _ slug: String, _ status: HTTPResponse.Status, title: String, detail: String, errors: [FieldProblem] = [],
        headers: HTTPFields = [:], isForPeople: Bool = false
    ) {
        self.slug = slug
        self.status = status
        self.title = title
        self.detail = detail
        self.errors = errors
        self.headers = headers
        self.isForPeople = isForPeople
    }

    /// The `type` member.
    public var type: String { Self.typeBase + self.slug }

    /// The JSON document.
    func document(requestID: String) -> [UInt8] {
        var json = JSONWriter(capacity: 512)
        json.object { json in
            json.member("type", self.type)
            json.member("title", self.title)
            json.member("status", self.status.code)
            json.member("detail", self.detail)
            json.member("requestId", requestID)
            if let availableAt { json.member("availableAt", availableAt) }
            if !self.violatedPolicies.isEmpty {
                json.name("violated-policies")
                json.array { json in
                    for policy in self.violatedPolicies { json.string(policy) }
                }
            }
            guard !self.errors.isEmpty else { return }
            json.name("errors")
            json.array { json in
                for error in self.errors {
                    json.object { json in
                        json.member("pointer", error.pointer)
                        json.member("detail", error.detail)
                    }
                }
            }
        }
        return json.bytes
    }
}
