import Testing

/// Waits until `condition` holds, for ten seconds at most.
func eventually(_ what: Comment, _ condition: () -> Bool, at place: SourceLocation = #_sourceLocation) async {
    let end = ContinuousClock.now + .seconds(10)
    while ContinuousClock.now < end {
        if condition() { return }
        await Task.yield()
    }
    Issue.record(what, sourceLocation: place)
}
