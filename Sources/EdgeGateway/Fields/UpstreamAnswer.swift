import HTTPTypes

/// An answer of an upstream as the client gets it.
struct UpstreamAnswer {
    let status: HTTPResponse.Status
    let fields: HTTPFields
    /// Whether a body follows the head.
    let hasBody: Bool
    /// How long it is, if the upstream said so.
    let length: Int?

    /// - Parameter method: that of the request.
    /// - Throws: ``UpstreamTrouble/broken(_:)`` if the length is none.
    init(_ head: HTTPResponse, to method: HTTPRequest.Method) throws(UpstreamTrouble) {
        let code = head.status.code
        var fields = HopByHop.removed(from: head.headerFields)
        self.status = head.status
        self.hasBody = method != .head && code != 204 && code != 304
        let lengths = Set(fields[values: .contentLength])
        if lengths.isEmpty {
            self.length = nil
        } else {
            guard lengths.count == 1, let text = lengths.first, let length = Int(text), length >= 0 else {
                throw .broken("Content-Length")
            }
            self.length = length
            fields[.contentLength] = code == 204 ? nil : text
        }
        self.fields = fields
    }
}
