/// Lanes of waiting transactions, the one whose turn it is first.
///
/// A binary heap that knows where each lane is, so that any can be taken out.
struct TurnHeap: Sendable {
    struct Node: Sendable {
        let lane: Int
        let tag: Double
        let order: UInt64

        func isBefore(_ other: Node) -> Bool {
            self.tag == other.tag ? self.order < other.order : self.tag < other.tag
        }
    }

    private var nodes: [Node] = []
    private var places: [Int: Int] = [:]

    init() {}

    var first: Node? { self.nodes.first }
    var count: Int { self.nodes.count }

    mutating func insert(_ node: Node) {
        self.nodes.append(node)
        self.places[node.lane] = self.nodes.count - 1
        self.rise(from: self.nodes.count - 1)
    }

    mutating func remove(_ lane: Int) {
        guard let place = self.places.removeValue(forKey: lane), let last = self.nodes.popLast(), last.lane != lane
        else { return }
        self.nodes[place] = last
        self.places[last.lane] = place
        self.rise(from: place)
        self.sink(from: place)
    }

    private mutating func rise(from start: Int) {
        var place = start
        while place > 0 {
            let parent = (place - 1) / 2
            guard self.nodes[place].isBefore(self.nodes[parent]) else { return }
            self.swap(place, parent)
            place = parent
        }
    }

    private mutating func sink(from start: Int) {
        var place = start
        while true {
            var least = place
            for child in [2 * place + 1, 2 * place + 2] where child < self.nodes.count {
                if self.nodes[child].isBefore(self.nodes[least]) { least = child }
            }
            guard least != place else { return }
            self.swap(place, least)
            place = least
        }
    }

    private mutating func swap(_ one: Int, _ other: Int) {
        self.nodes.swapAt(one, other)
        self.places[self.nodes[one].lane] = one
        self.places[self.nodes[other].lane] = other
    }
}
