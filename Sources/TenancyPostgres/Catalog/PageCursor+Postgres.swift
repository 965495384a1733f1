import Foundation
import Tenancy

extension PageCursor {
    /// The place after an item with this time and id.
    init(after date: Date, id: UUID) {
        self.init(microseconds: Int64((date.timeIntervalSince1970 * 1_000_000).rounded()), id: id)
    }

    /// The time of the place as PostgreSQL reads it exactly.
    var timestamp: String {
        let seconds = self.microseconds.quotientAndRemainder(dividingBy: 1_000_000)
        let date = Date(timeIntervalSince1970: Double(seconds.quotient))
        let text = date.formatted(.iso8601.year().month().day().time(includingFractionalSeconds: false))
        return "\(text).\(String(format: "%06d", Int(seconds.remainder)))+00"
    }
}

extension Page {
    /// Keeps the first `limit` of items that were asked for with one more, and points behind them if there was more.
    init(cutting items: [Item], to limit: Int, cursor: (Item) -> PageCursor) {
        let kept = Array(items.prefix(limit))
        self.init(items: kept, next: items.count > limit ? kept.last.map(cursor) : nil)
    }
}
