public import Foundation

/// For how long nobody gets the name of a tenant that is gone for good.
///
/// Whoever gets a name gets what its former owner's customers still send there - mail, callbacks, bookmarks, cookies -
/// so time has to pass (OWASP Web Security Testing Guide, "Test for Subdomain Takeover").
public struct NameQuarantine: Sendable, Hashable {
    /// In days of 24 hours; 0 is none.
    public let days: Int

    /// A quarantine of this length.
    public init(days: Int) { self.days = max(0, days) }

    /// Ninety days.
    public static let standard = NameQuarantine(days: 90)

    /// When a name is free that its tenant lost at `date`.
    public func end(from date: Date) -> Date { date.addingTimeInterval(TimeInterval(self.days) * 86_400) }
}
