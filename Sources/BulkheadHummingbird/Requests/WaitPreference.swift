public import HTTPTypes

/// The preference `wait` of RFC 7240, section 4.3: how long a client would rather wait than come back.
public struct WaitPreference: Sendable, Hashable {
    /// The longest wait that is granted, in seconds.
    public static let maximum = 60

    /// What the client asked for and gets, in seconds; 1 to ``maximum``.
    public let seconds: Int

    /// Reads a request's `Prefer` fields; nil if there is no `wait`, or one that is no positive number.
    ///
    /// Of several the first counts; preferences that are not understood are ignored (section 2).
    public init?(_ headers: HTTPFields) {
        guard let value = headers[.prefer] else { return nil }
        for item in HeaderList.items(value[...]) {
            let preference = item.split(separator: ";", maxSplits: 1)[0]
            let parts = HeaderList.items(preference, separator: "=")
            guard parts.count == 2, parts[0].lowercased() == "wait" else { continue }
            let digits = parts[1].filter { $0 != "\"" }
            guard digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let seconds = Int(digits), seconds > 0 else {
                return nil
            }
            self.seconds = min(seconds, Self.maximum)
            return
        }
        return nil
    }

    /// The value of `Preference-Applied` for a request whose wish was granted.
    public var applied: String { "wait=\(self.seconds)" }
}
