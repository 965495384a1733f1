import HTTPTypes
import Hummingbird
import Tenancy

/// Finds out which host a request names.
enum RequestHost {
    /// The one host of the request.
    ///
    /// The first `Host` or `:authority` arrives as the request's authority; a `Host` that is still among the fields is a
    /// second one. Two hosts, even equal ones, are refused (RFC 9112, section 3.2): whatever stands in front may have
    /// believed the other.
    ///
    /// - Throws: ``ProblemDetails/badHost``
    static func read(_ request: Request) throws(ProblemDetails) -> HostName {
        guard let authority = request.head.authority, !request.headers.contains(.host),
            let host = HostName(authority: authority)
        else { throw .badHost }
        guard let path = request.head.path, path.utf8.first == UInt8(ascii: "/") else {
            throw .badRequest("The request target must be a path that starts with a slash.")
        }
        // HTTP/2 carries any byte here; written into a line of HTTP/1 by a proxy, a blank would end the target (RFC 9112,
        // section 3), and a fragment is not sent at all.
        guard path.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F && $0 != UInt8(ascii: "#") }) else {
            throw .badRequest("The request target must not have blanks, control characters or a fragment.")
        }
        return host
    }
}
