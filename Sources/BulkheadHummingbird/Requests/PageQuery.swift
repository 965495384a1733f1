public import Tenancy

extension PageRequest {
    /// Reads `limit` and `cursor` from a request's query; other parameters are ignored.
    ///
    /// - Throws: `ValidationError` at `/limit` and `/cursor`, both at once.
    public init(query: String?) throws(ValidationError) {
        var problems: [FieldProblem] = []
        var limit: Int?
        var cursor: PageCursor?
        var seen: Set<Substring> = []
        for pair in (query ?? "").split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = parts[0]
            guard name == "limit" || name == "cursor" else { continue }
            guard seen.insert(name).inserted else {
                problems.append(.init(pointer: "/\(name)", detail: "must be given once"))
                continue
            }
            let value = parts.count == 2 ? parts[1] : ""
            if name == "limit" {
                limit = Self.limit(value, &problems)
            } else {
                cursor = PageCursor(text: String(value))
                if cursor == nil {
                    problems.append(.init(pointer: "/cursor", detail: "must be the nextCursor of another page"))
                }
            }
        }
        guard problems.isEmpty else { throw ValidationError(problems) }
        self.init(limit: limit ?? PageRequest.defaultLimit, cursor: cursor)
    }

    private static func limit(_ text: Substring, _ problems: inout [FieldProblem]) -> Int? {
        let isNumber = !text.isEmpty && text.utf8.allSatisfy { (0x30...0x39).contains($0) }
        guard isNumber, let limit = Int(text), PageRequest.limits.contains(limit) else {
            let range = PageRequest.limits
            problems.append(
                .init(
                    pointer: "/limit",
                    detail: "must be a whole number from \(range.lowerBound) to \(range.upperBound)"))
            return nil
        }
        return limit
    }
}
