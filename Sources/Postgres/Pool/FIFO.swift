/// A queue: elements leave in the order in which they came.
///
/// A ring, so that nothing is moved.
struct FIFO<Element> {
    /// The number of places is a power of two.
    private var places: [Element?] = []
    private var head = 0
    private(set) var count = 0

    init() {}

    var isEmpty: Bool { self.count == 0 }
    var first: Element? { self.count == 0 ? nil : self.places[self.head] }

    mutating func append(_ element: Element) {
        self.makeRoom()
        self.places[(self.head + self.count) & (self.places.count - 1)] = element
        self.count += 1
    }

    mutating func prepend(_ element: Element) {
        self.makeRoom()
        self.head = (self.head - 1) & (self.places.count - 1)
        self.places[self.head] = element
        self.count += 1
    }

    mutating func popFirst() -> Element? {
        guard self.count > 0 else { return nil }
        let element = self.places[self.head].take()
        self.head = (self.head + 1) & (self.places.count - 1)
        self.count -= 1
        return element
    }

    /// Removes the elements that fit, and returns them in order.
    mutating func removeAll(where isRemoved: (Element) -> Bool) -> [Element] {
        var removed: [Element] = []
        var kept = FIFO()
        self.forEach { element in
            if isRemoved(element) { removed.append(element) } else { kept.append(element) }
        }
        if !removed.isEmpty { self = kept }
        return removed
    }

    mutating func removeAll() -> [Element] {
        self.removeAll { _ in true }
    }

    func forEach(_ body: (Element) -> Void) {
        for offset in 0..<self.count {
            if let element = self.places[(self.head + offset) & (self.places.count - 1)] { body(element) }
        }
    }

    private mutating func makeRoom() {
        guard self.count == self.places.count else { return }
        var places: [Element?] = []
        places.reserveCapacity(max(4, self.count * 2))
        self.forEach { places.append($0) }
        places.append(contentsOf: repeatElement(nil, count: max(4, self.count * 2) - self.count))
        self.places = places
        self.head = 0
    }
}

extension FIFO: Sendable where Element: Sendable {}
