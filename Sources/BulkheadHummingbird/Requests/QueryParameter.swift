/// Finds parameters in a request's query; for values that need no percent-encoding, such as numbers and ids.
package enum QueryParameter {
    /// All values of a parameter, in order; that of a bare name is empty.
    package static func values(_ name: String, in query: String?) -> [Substring] {
        (query ?? "").split(separator: "&").compactMap { pair in
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts[0] == name else { return nil }
            return parts.count == 2 ? parts[1] : ""
        }
    }
}
