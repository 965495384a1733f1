import BulkheadHummingbird
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import Synchronization
import Testing

/// What came back.
struct Answer: Sendable {
    let status: Int
    let headers: HTTPFields
    let text: String

    init(status: Int, headers: HTTPFields, text: String) {
        self.status = status
        self.headers = headers
        self.text = text
    }

    init(_ response: Response) async throws {
        let collector = Collector()
        try await response.body.write(collector)
        self.status = response.status.code
        self.headers = response.headers
        self.text = String(buffer: collector.buffer)
    }

    subscript(_ name: String) -> String? {
        HTTPField.Name(name).flatMap { self.headers[$0] }
    }

    /// The body by Foundation's reader, not ours.
    var json: [String: any Sendable] {
        get throws {
            let value = try JSONSerialization.jsonObject(with: Data(self.text.utf8))
            return try #require(value as? [String: any Sendable])
        }
    }

    func string(_ name: String) throws -> String? { try self.json[name] as? String }

    /// The items of a list.
    var data: [[String: any Sendable]] {
        get throws { try #require(try self.json["data"] as? [[String: any Sendable]]) }
    }

    /// The last part of the problem's type.
    var slug: String? {
        get throws { try self.string("type")?.replacing("https://bulkhead.dev/problems/", with: "") }
    }

    /// The fields that are wrong, in order.
    var pointers: [String] {
        get throws {
            let errors = try self.json["errors"] as? [[String: any Sendable]] ?? []
            return errors.map { $0["pointer"] as? String ?? "?" }
        }
    }

    func detail(at pointer: String) throws -> String? {
        let errors = try self.json["errors"] as? [[String: any Sendable]] ?? []
        return errors.first { $0["pointer"] as? String == pointer }?["detail"] as? String
    }

    /// Checks what every error answer must be, and which one this is.
    func expectProblem(
        _ status: Int, _ slug: String, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        #expect(self.status == status, "\(self.text)", sourceLocation: sourceLocation)
        #expect(self["content-type"] == "application/problem+json", sourceLocation: sourceLocation)
        #expect(try self.slug == slug, sourceLocation: sourceLocation)
        #expect(try self.json["status"] as? Int == status, sourceLocation: sourceLocation)
        #expect(try self.string("title")?.isEmpty == false, sourceLocation: sourceLocation)
        #expect(try self.string("detail")?.isEmpty == false, sourceLocation: sourceLocation)
        #expect(try self.string("requestId") == self["x-request-id"], sourceLocation: sourceLocation)
        #expect(self["x-content-type-options"] == "nosniff", sourceLocation: sourceLocation)
        #expect(self["cache-control"] == "no-store", sourceLocation: sourceLocation)
        if status == 401 { #expect(self["www-authenticate"] != nil, sourceLocation: sourceLocation) }
        if status == 503 && slug != "tenant-unavailable" {
            #expect(self["retry-after"] != nil, sourceLocation: sourceLocation)
        }
    }

    private final class Collector: ResponseBodyWriter, Sendable {
        private let storage = Mutex(ByteBuffer())
        var buffer: ByteBuffer { self.storage.withLock { $0 } }
        func write(_ buffer: ByteBuffer) async throws {
            self.storage.withLock { storage in _ = storage.writeImmutableBuffer(buffer) }
        }
        func finish(_ trailingHeaders: HTTPFields?) async throws {}
    }
}
