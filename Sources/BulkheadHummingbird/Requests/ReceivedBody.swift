import HTTPTypes
public import Hummingbird
import NIOCore
import NIOHTTP1

/// The body of a request, read once: the bytes as they came, for a hash, and what they say as JSON.
public struct ReceivedBody: Sendable {
    /// The bytes as they came.
    public let bytes: [UInt8]
    private let contentType: String?

    /// Reads the body of a request to its end.
    ///
    /// - Throws: ``ProblemDetails`` 413; what breaks while reading.
    public init(of request: Request, _ scope: RequestScope) async throws {
        self.contentType = request.headers[.contentType]
        let limit = scope.maximumBodySize
        if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > limit {
            throw ProblemDetails.bodyTooLarge(limit: limit)
        }
        do {
            self.bytes = Array(buffer: try await request.body.collect(upTo: limit))
        } catch is NIOTooManyBytesError {
            throw ProblemDetails.bodyTooLarge(limit: limit)
        }
    }

    /// The body as a JSON object.
    ///
    /// - Throws: ``ProblemDetails`` 415 or 400; `ValidationError` if the document is no object.
    public func jsonFields() throws -> JSONFields {
        guard Self.isJSON(self.contentType) else { throw ProblemDetails.notJSON }
        guard !self.bytes.isEmpty else { throw ProblemDetails.malformedJSON("empty") }
        return try JSONFields(JSONValue(parsing: self.bytes))
    }

    /// The body as a JSON object if there is one.
    ///
    /// - Returns: nil if the request has no body.
    /// - Throws: as ``jsonFields()``.
    public func optionalJSONFields() throws -> JSONFields? {
        self.bytes.isEmpty ? nil : try self.jsonFields()
    }

    /// Makes sure that the body says nothing: it is empty or an empty object.
    ///
    /// - Throws: as ``jsonFields()``; `ValidationError` naming the fields that are there.
    public func requireNoFields() throws {
        if let fields = try self.optionalJSONFields() { try fields.finish {} }
    }

    /// `application/json`, with no charset or that of RFC 8259, section 8.1.
    private static func isJSON(_ contentType: String?) -> Bool {
        guard let contentType else { return false }
        let parts = HeaderList.items(contentType[...], separator: ";")
        guard parts.first?.lowercased() == "application/json" else { return false }
        return parts.dropFirst().allSatisfy { parameter in
            let parameter = parameter.lowercased()
            return !parameter.hasPrefix("charset=") || parameter == "charset=utf-8" || parameter == #"charset="utf-8""#
        }
    }
}
