import HTTPTypes
package import Hummingbird

/// Where a stream of events goes on, as the client says: behind the event with this number.
package enum LastEventID {
    /// The number in the field `Last-Event-ID`, else in `lastEventId` of the query, for clients that cannot set fields;
    /// 0 if there is none: from the beginning.
    ///
    /// A browser that comes back repeats its address and adds the field, so the field is the newer one.
    ///
    /// - Throws: ``ProblemDetails/badRequest(_:)`` for what is no number.
    package static func read(from request: Request) throws(ProblemDetails) -> Int {
        let query = QueryParameter.values("lastEventId", in: request.uri.query)
        let fields = request.headers[values: .lastEventID]
        guard query.count <= 1, fields.count <= 1 else { throw Self.problem }
        let numbers = (fields.map { $0[...] } + query).map(Self.number)
        guard !numbers.contains(nil) else { throw Self.problem }
        return numbers.first.flatMap { $0 } ?? 0
    }

    private static var problem: ProblemDetails {
        .badRequest("Last-Event-ID (or lastEventId in the query) must be the number of an event, given once.")
    }

    /// At most 18 digits, which always fit.
    private static func number(_ text: Substring) -> Int? {
        guard (1...18).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            return nil
        }
        return Int(text)
    }
}
