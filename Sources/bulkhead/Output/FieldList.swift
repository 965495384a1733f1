/// Names and values, one a line, the values under each other.
struct FieldList {
    private let fields: [(name: String, value: String)]

    init(_ fields: [(String, String)]) {
        self.fields = fields.map { (name: $0.0, value: $0.1) }
    }

    /// The lines, none longer than 80 columns where the values permit; each begins with `indent`.
    func lines(indent: String = "") -> [String] {
        let width = (self.fields.map(\.name.count).max() ?? 0) + 2
        let margin = indent + String(repeating: " ", count: width)
        return self.fields.flatMap { field in
            let name = indent + field.name + String(repeating: " ", count: width - field.name.count)
            let value = Paragraph(text: field.value, width: Paragraph.width - margin.count).lines
            return value.enumerated().map { ($0.offset == 0 ? name : margin) + $0.element }
        }
    }
}
