extension RecordChange {
    /// How a change stands to what a zone holds.
    public enum Standing: Sendable, Hashable {
        /// The zone holds what the change expects.
        case needed
        /// The zone holds what the change wants.
        case done
        /// The zone holds something else.
        case conflict
    }

    /// How the change stands to a zone, for providers whose own writes ask nothing.
    public func standing(in zone: [RecordKey: RecordSet]) -> Standing {
        let found = zone[self.key]
        switch self {
        case .create(let set): return found == nil ? .needed : found == set ? .done : .conflict
        case .replace(let old, let new): return found == new ? .done : found == old ? .needed : .conflict
        case .remove(let set): return found == nil ? .done : found == set ? .needed : .conflict
        }
    }
}
