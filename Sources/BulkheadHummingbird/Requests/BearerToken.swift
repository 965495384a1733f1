public import HTTPTypes

/// Finds the access token of a request (RFC 6750, section 2.1): in the header, nowhere else.
public enum BearerToken {
    /// The token, or nil if the request has no `Authorization` or one of another scheme.
    ///
    /// - Throws: ``ProblemDetails/tokenRepeated`` if there are several: which one counts must not be a matter of taste.
    public static func read(from headers: HTTPFields) throws(ProblemDetails) -> String? {
        guard headers.contains(.authorization) else { return nil }
        let values = headers[values: .authorization]
        guard values.count == 1 else { throw .tokenRepeated }
        let value = values[0][...]
        guard let space = value.firstIndex(of: " "), value[..<space].lowercased() == "bearer" else { return nil }
        return String(HeaderList.trimmed(value[space...]))
    }
}
