import HTTPTypes
package import Hummingbird

/// Where a stream of events goes on, as the client says: behind the event with this id.
package enum LastEventID {
    /// The id in the field `Last-Event-ID`, else in `lastEventId` of the query, for clients that cannot set fields; nil
    /// if there is none.
    ///
    /// A browser that comes back repeats its address and adds the field, so the field is the newer one. What an id means
    /// is up to whoever gives ids out; one that he never gave out is no reason to refuse a client.
    ///
    /// - Throws: ``ProblemDetails/badRequest(_:)`` for more than one of a kind.
    package static func read(from request: Request) throws(ProblemDetails) -> String? {
        let query = QueryParameter.values("lastEventId", in: request.uri.query)
        let fields = request.headers[values: .lastEventID]
        guard query.count <= 1, fields.count <= 1 else {
            throw .badRequest("Last-Event-ID (or lastEventId in the query) must be given once.")
        }
        return fields.first ?? query.first.map(String.init)
    }
}
