/// Splits field values that are lists (RFC 9110, section 5.6.1).
package enum HeaderList {
    /// The items between the separators, without surrounding spaces and tabs; empty items are dropped.
    ///
    /// Quoted strings that hold a separator are not understood; the fields read with this have none worth it.
    package static func items(_ value: Substring, separator: Character = ",") -> [Substring] {
        value.split(separator: separator).map(self.trimmed).filter { !$0.isEmpty }
    }

    /// `text` without spaces and tabs at its ends.
    package static func trimmed(_ text: Substring) -> Substring {
        var text = text
        while let first = text.first, first == " " || first == "\t" { text.removeFirst() }
        while let last = text.last, last == " " || last == "\t" { text.removeLast() }
        return text
    }
}
