/// What a zone holds, by name and owner.
struct FoundNames {
    /// Who has a name.
    enum Holder {
        case nobody
        case us(Owned)
        case somebodyElse(NameConflict.Reason)
    }

    /// A mark, and the record that it is in.
    struct Owned {
        let mark: OwnershipMark
        let record: RecordSet
    }

    /// The names with a mark of ours.
    private(set) var owned: [DomainName: Owned] = [:]
    private var foreign: Set<DomainName> = []
    private var byName: [DomainName: [RecordSet]] = [:]

    init(_ actual: [RecordSet], registry: String) {
        var marks: [DomainName: Owned] = [:]
        for set in actual {
            // A mark among other texts is no mark: it would be removed with them.
            if set.type == .txt, set.values.count == 1, let mark = OwnershipMark(text: set.values[0]),
                let name = Self.markedName(set.name)
            {
                marks[name] = Owned(mark: mark, record: set)
            } else {
                self.byName[set.name, default: []].append(set)
            }
        }
        for (name, mark) in marks {
            if mark.mark.registry == registry { self.owned[name] = mark } else { self.foreign.insert(name) }
        }
    }

    /// What is at a name, in the order of the kinds.
    func sets(at name: DomainName) -> [RecordSet] { self.byName[name, default: []].sorted { $0.key < $1.key } }

    /// Whether an installation has marked the name, ours or another.
    func isMarked(_ name: DomainName) -> Bool { self.owned[name] != nil || self.foreign.contains(name) }

    func holder(of name: DomainName, wanting records: [DesiredRecord]) -> Holder {
        // A text beside an address is nobody's business; beside a CNAME it cannot be.
        let wantsAlias = records.contains { $0.set.type == .cname }
        let there = self.byName[name, default: []]
        let isBlocked = wantsAlias && there.contains { $0.type == .txt }
        if let owned = self.owned[name] { return isBlocked ? .somebodyElse(.unmarked) : .us(owned) }
        if self.foreign.contains(name) { return .somebodyElse(.otherRegistry) }
        guard let place = OwnershipMark.name(for: name) else { return .somebodyElse(.unmarkable) }
        if isBlocked || there.contains(where: { $0.type != .txt }) { return .somebodyElse(.unmarked) }
        // A mark can be made where other kinds are, but not among texts, nor beside a CNAME.
        let isMarkable = self.byName[place, default: []].allSatisfy { $0.type != .txt && $0.type != .cname }
        return isMarkable ? .nobody : .somebodyElse(.markTaken)
    }

    /// The name that a mark at this place is about; nil if nothing there is a mark.
    private static func markedName(_ place: DomainName) -> DomainName? {
        let labels = place.labels
        guard labels.first.map(String.init) == OwnershipMark.label, let below = place.parent else { return nil }
        guard below.labels.first == "_wildcard", let parent = below.parent else { return below }
        return parent.below("*")
    }
}
