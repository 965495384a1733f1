import Foundation
import NIOHTTP1

/// An answer of a provider's API.
struct ProviderAnswer: Sendable {
    /// For the log: enough to see what it was, and not a whole page.
    private static let excerptLength = 500

    let status: Int
    let headers: HTTPHeaders
    let body: Data

    /// When to come back, in seconds or as a date (RFC 9110, section 10.2.3); nil if it does not say.
    func retryAfter(now: Date = Date()) -> Duration? {
        guard let text = self.headers.first(name: "retry-after")?.trimmingCharacters(in: .whitespaces) else {
            return nil
        }
        if let seconds = Int(text) { return .seconds(max(0, min(seconds, 86_400))) }
        guard let date = Self.dates.date(from: text) else { return nil }
        return .seconds(max(0, min(Int(date.timeIntervalSince(now).rounded(.up)), 86_400)))
    }

    /// The beginning of the body, on one line.
    var excerpt: String {
        let text = String(decoding: self.body.prefix(Self.excerptLength), as: UTF8.self)
        let line = text.split(whereSeparator: \.isNewline).joined(separator: " ")
        return "status \(self.status): \(line)"
    }

    private static var dates: DateFormatter {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = TimeZone(identifier: "GMT")
        formatter.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
        return formatter
    }
}
