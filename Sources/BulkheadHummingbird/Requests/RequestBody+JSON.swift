import HTTPTypes
public import Hummingbird
import NIOCore
import NIOHTTP1

extension Request {
    /// Reads the body as a JSON object.
    ///
    /// - Throws: ``ProblemDetails`` 415, 413 or 400; `ValidationError` if the document is no object.
    public func jsonFields(_ scope: RequestScope) async throws -> JSONFields {
        guard Self.isJSON(self.headers[.contentType]) else { throw ProblemDetails.notJSON }
        let bytes = try await self.bytes(limit: scope.maximumBodySize)
        guard !bytes.isEmpty else { throw ProblemDetails.malformedJSON("empty") }
        return try JSONFields(JSONValue(parsing: bytes))
    }

    /// Reads the body as a JSON object if there is one.
    ///
    /// - Returns: nil if the request has no body.
    /// - Throws: as ``jsonFields(_:)``.
    public func optionalJSONFields(_ scope: RequestScope) async throws -> JSONFields? {
        let bytes = try await self.bytes(limit: scope.maximumBodySize)
        guard !bytes.isEmpty else { return nil }
        guard Self.isJSON(self.headers[.contentType]) else { throw ProblemDetails.notJSON }
        return try JSONFields(JSONValue(parsing: bytes))
    }

    private func bytes(limit: Int) async throws -> [UInt8] {
        if let length = self.headers[.contentLength].flatMap({ Int($0) }), length > limit {
            throw ProblemDetails.bodyTooLarge(limit: limit)
        }
        do {
            return Array(buffer: try await self.body.collect(upTo: limit))
        } catch is NIOTooManyBytesError {
            throw ProblemDetails.bodyTooLarge(limit: limit)
        }
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
