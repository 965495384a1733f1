/// Places that are used again and again, so that steady work allocates nothing.
struct Arena<Element> {
    // What was removed stays until its place is taken: an optional would be unwrapped with each look.
    private var places: ContiguousArray<Element> = []
    private var vacant: [Int] = []

    init() {}

    /// How many places are taken.
    var count: Int { self.places.count - self.vacant.count }

    mutating func insert(_ element: Element) -> Int {
        if let place = self.vacant.popLast() {
            self.places[place] = element
            return place
        }
        self.places.append(element)
        return self.places.count - 1
    }

    /// Vacates a place that is taken.
    mutating func remove(_ place: Int) {
        self.vacant.append(place)
    }

    subscript(place: Int) -> Element {
        _read { yield self.places[place] }
        _modify { yield &self.places[place] }
    }

    /// The places that are taken.
    var taken: [Int] {
        let vacant = Set(self.vacant)
        return self.places.indices.filter { !vacant.contains($0) }
    }
}

extension Arena: Sendable where Element: Sendable {}
