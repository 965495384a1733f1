import Mustache
import Synchronization

/// The values for one template, which remembers what it was asked for in vain.
final class TemplateValues: MustacheParent, Sendable {
    private let values: [String: String]
    private let asked = Mutex<Set<String>>([])

    init(_ values: [String: String]) { self.values = values }

    /// The names that have no value, or an empty one, in alphabetical order.
    var missing: [String] { self.asked.withLock { $0.sorted() } }

    func child(named name: String) -> Any? {
        guard let value = self.values[name], !value.isEmpty else {
            _ = self.asked.withLock { $0.insert(name) }
            return nil
        }
        return value
    }
}
