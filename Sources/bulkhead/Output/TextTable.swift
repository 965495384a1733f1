/// Columns of text that fit on a terminal of 80 columns.
struct TextTable {
    private static let width = 80
    private static let gap = "  "

    /// The headings.
    let columns: [String]
    /// The cells, as many in each row as there are headings.
    var rows: [[String]]

    /// The lines; the widest columns are shortened until everything fits.
    var text: String {
        let widths = self.fittingWidths
        return ([self.columns] + self.rows).map { row in
            let cells = zip(row, widths).map { Self.fit($0, $1) }
            var line = cells.joined(separator: Self.gap)
            while line.last == " " { line.removeLast() }
            return line
        }.joined(separator: "\n")
    }

    private var fittingWidths: [Int] {
        var widths = self.columns.indices.map { column in
            ([self.columns] + self.rows).map { $0[column].count }.max() ?? 0
        }
        let available = Self.width - Self.gap.count * (self.columns.count - 1)
        while widths.reduce(0, +) > available, let widest = widths.max(), widest > 8,
            let column = widths.firstIndex(of: widest)
        {
            widths[column] -= 1
        }
        return widths
    }

    private static func fit(_ cell: String, _ width: Int) -> String {
        guard cell.count <= width else { return cell.prefix(width - 1) + "…" }
        return cell + String(repeating: " ", count: width - cell.count)
    }
}
