import Foundation

/// A setting that every tenant has; its value is checked, and its default comes from the tier.
public enum SettingKey: String, Sendable, Codable, CodingKeyRepresentable, CaseIterable {
    /// A BCP 47 language tag: `en`, `de-CH`.
    case locale
    /// A time zone of the IANA database: `Europe/Berlin`.
    case timeZone
    /// An ISO 4217 code: `EUR`.
    case currency
    /// The company's name in law; 1-200 characters.
    case legalName
    /// A colour as `#rrggbb`.
    case brandColor
    /// Where notices go; an e-mail address.
    case notificationEmail
    /// Names of features that are switched on.
    case features

    /// What is wrong with `value` for this key, or nil.
    public func problem(in value: SettingValue) -> String? {
        switch (self, value) {
        case (.features, .list(let names)): return Self.featuresProblem(names)
        case (.features, _): return "must be an array of strings"
        case (_, .list): return "must be a string"
        case (.locale, .text(let text)): return Self.isLanguageTag(text) ? nil : "must be a language tag such as en-GB"
        case (.timeZone, .text(let text)):
            return TimeZone.knownTimeZoneIdentifiers.contains(text) || text == "UTC"
                ? nil : "must be an IANA time zone such as Europe/Berlin"
        case (.currency, .text(let text)):
            return Self.currencies.contains(text) ? nil : "must be an ISO 4217 code such as EUR"
        case (.legalName, .text(let text)): return TextRule.name.problem(in: text)
        case (.brandColor, .text(let text)): return Self.isColor(text) ? nil : "must be a colour such as #1f6feb"
        case (.notificationEmail, .text(let text)): return EmailAddress(text) == nil ? EmailAddress.rule : nil
        }
    }

    /// Checks settings by key, adding what is wrong to `problems`, and returns those that are right.
    public static func check(
        _ settings: [String: SettingValue], at pointer: String, _ problems: inout [FieldProblem]
    ) -> [SettingKey: SettingValue] {
        var chosen: [SettingKey: SettingValue] = [:]
        for (name, value) in settings.sorted(by: { $0.key < $1.key }) {
            let place = "\(pointer)/\(name.replacing("~", with: "~0").replacing("/", with: "~1"))"
            guard let key = SettingKey(rawValue: name) else {
                let known = SettingKey.allCases.map(\.rawValue).joined(separator: ", ")
                problems.append(.init(pointer: place, detail: "is no setting; known are: \(known)"))
                continue
            }
            if let detail = key.problem(in: value) {
                problems.append(.init(pointer: place, detail: detail))
            } else {
                chosen[key] = value
            }
        }
        return chosen
    }

    private static let currencies = Set(Locale.commonISOCurrencyCodes)

    private static func isLanguageTag(_ text: String) -> Bool {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard text.utf8.count <= 35, let language = parts.first, (2...3).contains(language.utf8.count),
            language.allSatisfy({ $0.isASCII && $0.isLetter })
        else { return false }
        return parts.dropFirst().allSatisfy { part in
            (2...8).contains(part.utf8.count) && part.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) }
        }
    }

    private static func isColor(_ text: String) -> Bool {
        text.utf8.count == 7 && text.first == "#" && text.dropFirst().allSatisfy { $0.isASCII && $0.isHexDigit }
    }

    private static func featuresProblem(_ names: [String]) -> String? {
        guard names.count <= 50, Set(names).count == names.count else {
            return "must have at most 50 names, each once"
        }
        let fine = names.allSatisfy { name in
            (1...60).contains(name.utf8.count) && name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) }
        }
        return fine ? nil : "must be names of 1 to 60 ASCII letters and digits"
    }
}
