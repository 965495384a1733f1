public import struct Foundation.Date

/// What the last look at the zone showed, for operators.
public struct ZoneReport: Sendable, Hashable, Codable {
    /// A name and what is the matter with it.
    public struct Finding: Sendable, Hashable, Codable {
        /// The name.
        public var name: String
        /// What is the matter, and what to do.
        public var detail: String

        /// A finding.
        public init(name: String, detail: String) {
            self.name = name
            self.detail = detail
        }
    }

    /// So many findings are listed; whoever has more has one cause to look for.
    public static let mostFindings = 200

    /// What people call the provider.
    public var provider: String
    /// The zone.
    public var zone: String
    /// How many names tenants want.
    public var wanted: Int
    /// How many names were made, changed and removed; none by a scan.
    public var changed: Int
    /// What is for people to settle; the first ``mostFindings``.
    public let findings: [Finding]
    /// Why it was broken off; nil if it was not.
    public var failure: String?

    /// A report.
    public init(
        provider: String, zone: String, wanted: Int = 0, changed: Int = 0, findings: [Finding] = [],
        failure: String? = nil
    ) {
        self.provider = provider
        self.zone = zone
        self.wanted = wanted
        self.changed = changed
        self.findings = Array(findings.prefix(Self.mostFindings))
        self.failure = failure
    }
}

/// What a look at the zone was for.
public enum ZoneReportKind: String, Sendable, Hashable, CaseIterable {
    /// To bring it to what tenants want.
    case reconciliation
    /// To find what dangles.
    case scan
}

/// The last reports.
public protocol ZoneReportRepository: Sendable {
    /// Replaces the last report of this kind.
    func save(_ report: ZoneReport, as kind: ZoneReportKind) async throws
    /// How old the last report of this kind is; nil if there is none, or that look was broken off.
    func age(of kind: ZoneReportKind) async throws -> Duration?
    /// The last reports, and when they were written, by the database's clock.
    func reports() async throws -> [ZoneReportKind: (report: ZoneReport, at: Date)]
}
