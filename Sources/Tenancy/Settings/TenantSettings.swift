/// All settings of a tenant.
public struct TenantSettings: Sendable, Hashable {
    /// A value for every key.
    public private(set) var values: [SettingKey: SettingValue]

    /// The settings that a new tenant of `tier` starts with, with those that its creator chose on top.
    public init(tier: Tier, companyName: String, adminEmail: EmailAddress, chosen: [SettingKey: SettingValue] = [:]) {
        self.values = [
            .locale: .text("en"),
            .timeZone: .text("UTC"),
            .currency: .text("EUR"),
            .legalName: .text(companyName),
            .brandColor: .text("#1f6feb"),
            .notificationEmail: .text(adminEmail.description),
            .features: .list(tier.features),
        ].merging(chosen) { _, new in new }
    }
}
