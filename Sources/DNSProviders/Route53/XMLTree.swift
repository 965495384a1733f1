import Foundation

#if canImport(FoundationXML)
    import FoundationXML
#endif

/// A small XML document: elements, and the text of those that have no others in them.
///
/// Attributes and names of namespaces say nothing in the documents of AWS, and are left out.
struct XMLTree: Sendable {
    /// The name of the element.
    let name: String
    /// Its text, its own only.
    fileprivate(set) var text = ""
    /// What is in it, in order.
    fileprivate(set) var children: [XMLTree] = []

    fileprivate init(name: String) { self.name = name }

    /// Reads a document; nil if it is none, or a broken one.
    init?(_ data: Data) {
        guard !data.isEmpty else { return nil }
        let reader = XMLTreeReader()
        let parser = XMLParser(data: data)
        parser.delegate = reader
        guard parser.parse(), let root = reader.root else { return nil }
        self = root
    }

    /// The first element of this name.
    subscript(_ name: String) -> XMLTree? { self.children.first { $0.name == name } }

    /// All elements of this name.
    func all(_ name: String) -> [XMLTree] { self.children.filter { $0.name == name } }

    /// A text as it is written into an element.
    static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
            .replacing("\"", with: "&quot;").replacing("'", with: "&apos;")
    }
}

private final class XMLTreeReader: NSObject, XMLParserDelegate {
    /// More than any document of an API has; deeper ones are broken, or meant to break something.
    private static let greatestDepth = 32

    private(set) var root: XMLTree?
    /// The elements that are open, the outermost first.
    private var open: [XMLTree] = []

    func parser(
        _ parser: XMLParser, didStartElement elementName: String, namespaceURI: String?,
        qualifiedName: String?, attributes: [String: String]
    ) {
        guard self.open.count < Self.greatestDepth else { return parser.abortParsing() }
        self.open.append(XMLTree(name: elementName))
    }

    func parser(_ parser: XMLParser, foundCharacters string: String) {
        guard !self.open.isEmpty else { return }
        self.open[self.open.count - 1].text += string
    }

    func parser(
        _ parser: XMLParser, didEndElement elementName: String, namespaceURI: String?, qualifiedName: String?
    ) {
        guard let element = self.open.popLast() else { return }
        if self.open.isEmpty { self.root = element } else { self.open[self.open.count - 1].children.append(element) }
    }
}
