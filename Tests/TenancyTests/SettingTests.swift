import Foundation
import Tenancy
import Testing

@Suite("Settings")
struct SettingTests {
    static let good: [(SettingKey, SettingValue)] = [
        (.locale, .text("en")), (.locale, .text("de-CH")), (.locale, .text("zh-Hant-TW")), (.locale, .text("gsw")),
        (.timeZone, .text("UTC")), (.timeZone, .text("Europe/Berlin")), (.timeZone, .text("America/New_York")),
        (.currency, .text("EUR")), (.currency, .text("JPY")), (.legalName, .text("Acme Ltd.")),
        (.brandColor, .text("#1F6feb")), (.notificationEmail, .text("ops@example.com")), (.features, .list([])),
        (.features, .list(["documents", "auditExport2"])),
    ]

    @Test(arguments: good)
    func `Values of the right form are taken`(_ key: SettingKey, _ value: SettingValue) {
        #expect(key.problem(in: value) == nil)
    }

    static let bad: [(SettingKey, SettingValue)] = [
        (.locale, .text("")), (.locale, .text("e")), (.locale, .text("en_GB")), (.locale, .text("english-x-private")),
        (.locale, .text("é1")), (.locale, .text("en-")), (.locale, .text("en-" + String(repeating: "a-", count: 20))),
        (.locale, .list(["en"])), (.timeZone, .text("Berlin")), (.timeZone, .text("../../etc/passwd")),
        (.timeZone, .text("")), (.timeZone, .text("utc ")), (.currency, .text("eur")), (.currency, .text("EURO")),
        (.currency, .text("")), (.legalName, .text("")), (.legalName, .text("a\nb")), (.brandColor, .text("1f6feb")),
        (.brandColor, .text("#1f6fe")), (.brandColor, .text("#1f6fexx")), (.brandColor, .text("#1f6fe\u{0301}")),
        (.brandColor, .text("red")), (.notificationEmail, .text("nobody")), (.features, .text("documents")),
        (.features, .list(["a", "a"])), (.features, .list([""])), (.features, .list(["a b"])),
        (.features, .list((0...50).map { "f\($0)" })), (.features, .list([String(repeating: "f", count: 61)])),
    ]

    @Test(arguments: bad)
    func `Values of another form are refused with a reason`(_ key: SettingKey, _ value: SettingValue) {
        #expect(key.problem(in: value)?.isEmpty == false)
    }

    @Test func `Checking names every setting that is wrong and keeps the others`() {
        var problems: [FieldProblem] = []
        let chosen = SettingKey.check(
            ["currency": .text("CHF"), "locale": .list([]), "a/b~c": .text("x"), "timeZone": .text("Mars")],
            at: "/settings", &problems)
        #expect(chosen == [.currency: .text("CHF")])
        #expect(problems.map(\.pointer) == ["/settings/a~1b~0c", "/settings/locale", "/settings/timeZone"])
        #expect(problems.first?.detail.contains("brandColor") == true)
    }

    @Test func `A new tenant has a value for every setting, the tier's features and its own choices`() throws {
        let tier = try #require(Tier.builtIn.first { $0.name == TierName("premium") })
        let email = try #require(EmailAddress("boss@example.com"))
        let settings = TenantSettings(
            tier: tier, companyName: "Acme", adminEmail: email, chosen: [.currency: .text("USD")])
        #expect(Set(settings.values.keys) == Set(SettingKey.allCases))
        #expect(settings.values[.currency] == .text("USD"))
        #expect(settings.values[.features] == .list(["commissions", "documents"]))
        #expect(settings.values[.legalName] == .text("Acme"))
        #expect(settings.values[.notificationEmail] == .text("boss@example.com"))
        for (key, value) in settings.values { #expect(key.problem(in: value) == nil) }
    }

    @Test func `JSON has strings and arrays of strings, and no other value is read`() throws {
        let values: [SettingValue] = [.text("a"), .list(["b"])]
        let json = try JSONEncoder().encode(values)
        #expect(String(decoding: json, as: UTF8.self) == #"["a",["b"]]"#)
        #expect(try JSONDecoder().decode([SettingValue].self, from: json) == values)
        for text in ["[1]", "[true]", "[null]", "[{}]", "[[1]]"] {
            #expect(throws: DecodingError.self) {
                try JSONDecoder().decode([SettingValue].self, from: Data(text.utf8))
            }
        }
    }
}
