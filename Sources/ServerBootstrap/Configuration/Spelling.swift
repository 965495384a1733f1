/// Finds the word that somebody probably meant.
struct Spelling {
    private let word: [Character]

    init(_ word: String) {
        self.word = Array(word.lowercased())
    }

    /// The word that is the fewest changes away; nil if none is near.
    func nearest(among words: [String]) -> String? {
        let measured = words.map { (word: $0, distance: self.distance(to: Array($0.lowercased()))) }
        guard let best = measured.min(by: { $0.distance < $1.distance }) else { return nil }
        return best.distance <= max(2, self.word.count / 3) ? best.word : nil
    }

    /// How many letters have to be changed, added or removed (Levenshtein).
    private func distance(to other: [Character]) -> Int {
        var row = Array(0...other.count)
        for (i, mine) in self.word.enumerated() {
            var previous = row[0]
            row[0] = i + 1
            for (j, theirs) in other.enumerated() {
                let change = previous + (mine == theirs ? 0 : 1)
                previous = row[j + 1]
                row[j + 1] = min(change, row[j] + 1, row[j + 1] + 1)
            }
        }
        return row[other.count]
    }
}
