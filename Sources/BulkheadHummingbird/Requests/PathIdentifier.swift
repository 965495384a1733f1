import Hummingbird
public import Tenancy

extension BulkheadRequestContext {
    /// The identifier that a parameter of the path holds.
    ///
    /// - Parameters:
    ///   - name: the parameter's name in the route's template.
    ///   - kind: what it identifies, for the answer: `client`.
    /// - Throws: `DomainError.notFound` if it is no UUID: nothing can have such an id.
    public func identifier<Kind>(_ name: String, of kind: String) throws(DomainError) -> Identifier<Kind> {
        guard let text = self.parameters.get(name), let identifier = Identifier<Kind>(text) else {
            throw .notFound(kind)
        }
        return identifier
    }
}
