import Foundation
import HTTPTypes
import NIOHTTP1

/// Whether it is certain where the body of an HTTP/1 request ends.
///
/// Two servers that disagree about it take parts of one request for another's. The parser refuses what contradicts
/// itself; it lets transfer codings pass that it does not know, and takes their body for none.
enum RequestFraming {
    /// Why the request must be refused and its connection closed (RFC 9112, sections 6.1 and 6.3); nil if it is in order.
    static func refusal(of head: HTTPRequestHead) -> ProblemDetails? {
        let lengths = head.headers["Content-Length"]
        guard lengths.count < 2 else { return .badRequest("The request has two lengths.") }
        let codings = head.headers["Transfer-Encoding"]
        guard !codings.isEmpty else { return nil }
        guard lengths.isEmpty else { return .badRequest("The request has a length and a transfer coding.") }
        guard head.version == .http1_1 else { return .badRequest("Transfer codings begin with HTTP/1.1.") }
        return Self.refusal(ofCodings: codings.joined(separator: ","))
    }

    private static let blanks = CharacterSet(charactersIn: " \t")

    private static func refusal(ofCodings text: String) -> ProblemDetails? {
        let codings = text.split(separator: ",", omittingEmptySubsequences: false).map {
            $0.trimmingCharacters(in: Self.blanks).lowercased()
        }
        // Beyond ASCII there are letters that become a k in lower case, here and not in the parser.
        guard text.utf8.allSatisfy({ $0 < 0x80 }), codings.last == "chunked", !codings.dropLast().contains("chunked"),
            !codings.contains("")
        else {
            return .badRequest("Transfer-Encoding must be chunked.")
        }
        // Where it ends is certain, but not what it says.
        return codings.count == 1 ? nil : .codingUnknown
    }
}

extension ProblemDetails {
    /// 501: a body in a transfer coding that nobody here knows.
    fileprivate static var codingUnknown: Self {
        Self(
            "not-implemented", .notImplemented, title: "The transfer coding is not known",
            detail: "Send the body with Transfer-Encoding: chunked and no other coding, or with Content-Length.")
    }
}
