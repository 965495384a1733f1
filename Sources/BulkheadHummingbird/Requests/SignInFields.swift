package import Hummingbird
import Tenancy

/// What a person types to sign in: `{"email","password"}`.
package struct SignInFields: Sendable {
    /// The address as typed; whether it belongs to anybody is not told before the password is right.
    package let email: String
    /// The password as typed.
    package let password: String
    /// Whether a browser wants its session as a cookie too.
    package let wantsCookie: Bool

    /// Reads the fields of a request.
    ///
    /// - Parameter offersCookie: whether `cookie` is a field of this request.
    /// - Throws: as ``Hummingbird/Request/jsonFields(_:)``; `ValidationError` naming both fields if need be.
    package init(_ request: Request, _ scope: RequestScope, offersCookie: Bool = false) async throws {
        var fields = try await request.jsonFields(scope)
        let email = fields.text("email")
        let password = fields.text("password")
        self.wantsCookie = offersCookie ? fields.optional("cookie", .bool) ?? false : false
        (self.email, self.password) = try fields.finish { () throws(ValidationError) in
            var problems: [FieldProblem] = []
            for (pointer, text, rule) in [
                ("/email", email, TextRule(length: 1...254)), ("/password", password, TextRule(length: 1...256)),
            ] {
                if let detail = rule.problem(in: text) { problems.append(.init(pointer: pointer, detail: detail)) }
            }
            guard problems.isEmpty else { throw ValidationError(problems) }
            return (email, password)
        }
    }
}
