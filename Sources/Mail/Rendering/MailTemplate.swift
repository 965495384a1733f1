import Foundation
import Mustache

/// A mail with gaps: a subject, a text and an HTML file in mustache.
///
/// In the HTML file every value is escaped, also in `{{{three braces}}}`; in the others none is. The lines of the text
/// are wrapped at 76 columns after the gaps are filled, so its paragraphs may be written as one line each.
public struct MailTemplate: Sendable {
    /// The name of the template.
    public let name: String
    private let subject: MustacheTemplate
    private let text: MustacheTemplate
    private let html: MustacheTemplate

    /// Loads a template of the box.
    ///
    /// - Throws: ``MailError`` with code `unknownTemplate` or `brokenTemplate`.
    public init(named name: String) throws(MailError) {
        guard name.utf8.allSatisfy({ (0x61...0x7A).contains($0) || $0 == UInt8(ascii: "-") }),
            let folder = Bundle.module.url(forResource: "Templates", withExtension: nil)
        else { throw MailError(.unknownTemplate, "There is no mail template of that name.") }
        func load(_ part: String) throws(MailError) -> String {
            do {
                return try String(contentsOf: folder.appending(path: "\(name).\(part).mustache"), encoding: .utf8)
            } catch {
                throw MailError(.unknownTemplate, "There is no mail template '\(name)' (\(part)).", cause: error)
            }
        }
        try self.init(name: name, subject: load("subject"), text: load("txt"), html: load("html"))
    }

    /// Takes a template that somebody else has loaded.
    ///
    /// - Throws: ``MailError`` with code `brokenTemplate`.
    public init(name: String, subject: String, text: String, html: String) throws(MailError) {
        do {
            self.subject = try Self.parse(subject)
            self.text = try Self.parse(text)
            self.html = try Self.parse(html)
            self.name = name
        } catch {
            throw MailError(.brokenTemplate, "The mail template '\(name)' is not valid mustache.", cause: error)
        }
    }

    /// Fills the gaps.
    ///
    /// - Parameter values: One line of text each, by name. More than the template asks for do no harm.
    /// - Throws: ``MailError`` with code `missingValue`, `invalidValue` or `invalidSubject`.
    public func render(_ values: [String: String]) throws(MailError) -> MailContent {
        for (key, value) in values where !HeaderText.isSafe(value) {
            throw MailError(.invalidValue, "The value '\(key)' for the mail template '\(self.name)' is not one line.")
        }
        let subject = try self.fill(self.subject, with: values)
            .trimmingCharacters(in: .whitespacesAndNewlines)
        guard HeaderText.isSubject(subject) else {
            throw MailError(.invalidSubject, "The subject of the mail template '\(self.name)' is not one line.")
        }
        return MailContent(
            subject: subject,
            text: TextWrapping.wrapped(try self.fill(self.text, with: values), columns: 76),
            html: try self.fill(self.html, with: values.mapValues(HTMLText.escaped)))
    }

    private func fill(_ template: MustacheTemplate, with values: [String: String]) throws(MailError) -> String {
        let gaps = TemplateValues(values)
        let output = template.render(gaps)
        if let name = gaps.missing.first {
            throw MailError(.missingValue, "The mail template '\(self.name)' needs the value '\(name)'.")
        }
        return output
    }

    private static func parse(_ text: String) throws -> MustacheTemplate {
        // Values are escaped here, by scalars: the library escapes by characters, and a quotation mark with a
        // combining accent behind it is another character, which would close an attribute all the same.
        try MustacheTemplate(string: "{{% CONTENT_TYPE:TEXT}}" + text)
    }
}
