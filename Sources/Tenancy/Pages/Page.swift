/// Which part of a list is wanted.
public struct PageRequest: Sendable, Hashable {
    /// How many items a page may have.
    public static let limits = 1...200
    /// How many items a page has if nobody says otherwise.
    public static let defaultLimit = 50

    /// How many items at most; within ``limits``.
    public private(set) var limit: Int
    /// Where the page before ended, as that page said; nil for the first page.
    public var cursor: PageCursor?

    /// A request for `limit` items after `cursor`; a limit outside of ``limits`` becomes the nearest inside.
    public init(limit: Int = PageRequest.defaultLimit, cursor: PageCursor? = nil) {
        self.limit = min(max(limit, Self.limits.lowerBound), Self.limits.upperBound)
        self.cursor = cursor
    }
}

/// A part of a list, and where the next part starts.
public struct Page<Item> {
    /// The items, in the list's order.
    public var items: [Item]
    /// Where to go on; nil on the last page.
    public var next: PageCursor?

    /// A page of `items`.
    public init(items: [Item], next: PageCursor?) {
        self.items = items
        self.next = next
    }
}

extension Page: Sendable where Item: Sendable {}
