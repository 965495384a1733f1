public import Hummingbird

extension Request {
    /// Reads the body as a JSON object.
    ///
    /// - Throws: ``ProblemDetails`` 415, 413 or 400; `ValidationError` if the document is no object.
    public func jsonFields(_ scope: RequestScope) async throws -> JSONFields {
        try await ReceivedBody(of: self, scope).jsonFields()
    }
}
