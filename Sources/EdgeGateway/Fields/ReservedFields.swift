import HTTPTypes

/// Fields by which the edge speaks to what stands behind it, and which nobody else may set.
enum ReservedFields {
    private static let names: Set<String> = [
        "forwarded", "x-real-ip", "x-client-ip", "true-client-ip", "x-cluster-client-ip", "x-original-url",
        "x-original-host", "x-rewrite-url", "x-host", "via", "x-request-id",
    ]

    /// Whether an upstream could take the field for the edge's word.
    ///
    /// With `_` for `-`: gateways to CGI and its descendants make the same variable of both.
    static func contains(_ name: HTTPField.Name) -> Bool {
        let canonical = name.canonicalName
        let folded = canonical.contains("_") ? canonical.replacing("_", with: "-") : canonical
        return folded.hasPrefix("x-tenant-") || folded.hasPrefix("x-forwarded-") || self.names.contains(folded)
    }
}
