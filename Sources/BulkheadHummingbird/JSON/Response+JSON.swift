import Foundation
public import HTTPTypes
public import Hummingbird
import NIOCore
public import Tenancy

extension Response {
    /// A response whose body is the JSON form of `value`.
    public static func json(
        _ value: some JSONWritable, status: HTTPResponse.Status = .ok, headers: HTTPFields = [:]
    ) -> Response {
        var json = JSONWriter()
        value.write(to: &json)
        return Self.json(json, status, headers)
    }

    /// A response whose body is an object that `members` writes.
    public static func json(
        status: HTTPResponse.Status = .ok, headers: HTTPFields = [:], object members: (inout JSONWriter) -> Void
    ) -> Response {
        var json = JSONWriter()
        json.object(members)
        return Self.json(json, status, headers)
    }

    /// A response whose body is a page of a list: `{"data":[...],"nextCursor":...}`.
    public static func json<Item: JSONWritable>(_ page: Page<Item>) -> Response {
        var json = JSONWriter(capacity: 256 + 320 * page.items.count)
        json.object { json in
            json.name("data")
            json.array { json in
                for item in page.items { item.write(to: &json) }
            }
            json.member("nextCursor", page.next?.text)
        }
        return Self.json(json, .ok, [:])
    }

    /// A response whose body is the JSON form of an `Encodable`, dates as ``Timestamp`` has them.
    ///
    /// For answers that are rare; lists and rows are written by ``JSONWritable``.
    public static func json(
        encoding value: some Encodable, status: HTTPResponse.Status = .ok, headers: HTTPFields = [:]
    ) throws -> Response {
        Self.json(ByteBuffer(bytes: try Self.encoder.encode(value)), status, headers)
    }

    /// One for all: a configured encoder may be used by many at a time.
    private static let encoder: JSONEncoder = {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .custom { date, encoder in
            var container = encoder.singleValueContainer()
            try container.encode(Timestamp.text(date))
        }
        return encoder
    }()

    private static func json(_ json: JSONWriter, _ status: HTTPResponse.Status, _ headers: HTTPFields) -> Response {
        Self.json(ByteBuffer(bytes: json.bytes), status, headers)
    }

    private static func json(_ body: ByteBuffer, _ status: HTTPResponse.Status, _ headers: HTTPFields) -> Response {
        var headers = headers
        headers[.contentType] = "application/json"
        return Response(status: status, headers: headers, body: .init(byteBuffer: body))
    }
}
