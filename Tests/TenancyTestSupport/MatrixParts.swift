/// What a request carries in `Authorization`.
public enum TokenKind: String, Sendable, CaseIterable {
    case none, ofA, ofB, expiredOfA, forgedOfA, garbage, ofAdmin
}

/// How a request names its host.
public struct HostForm: Sendable {
    /// Whose the host is.
    public enum Meaning: Sendable, Hashable {
        case a, b
        /// A label under the base domain that no tenant has.
        case absent
        /// None of the installation's.
        case nobody
        case admin
        /// Not one usable host: 400.
        case unusable
    }

    /// What it is called in failures.
    public var name: String
    /// Whose it is.
    public var meaning: Meaning
    /// The lines `Host: ...`; `%A`, `%B` and `%base` stand for the tenants' hosts and the base domain.
    public var lines: [String]
    /// What stands before the path in the request line.
    public var targetPrefix = ""

    init(_ name: String, _ meaning: Meaning, _ lines: String..., target: String = "") {
        self.name = name
        self.meaning = meaning
        self.lines = lines
        self.targetPrefix = target
    }

    /// Every form.
    public static let all: [HostForm] = plain + spellings + strangers + unusable

    /// One for each meaning but the unusable.
    public static let plain = [
        HostForm("a", .a, "Host: %A"), HostForm("b", .b, "Host: %B"), HostForm("absent", .absent, "Host: absent.%base"),
        HostForm("nobody", .nobody, "Host: app.internal"), HostForm("admin", .admin, "Host: admin.%base"),
    ]

    private static let spellings = [
        HostForm("upper case", .a, "Host: %UPPERA"), HostForm("final dot", .a, "Host: %A."),
        HostForm("port", .a, "Host: %A:8443"), HostForm("upper case, dot and port", .a, "Host: %UPPERA.:1"),
        HostForm("field in upper case", .a, "HOST: %A"), HostForm("tab before the value", .a, "Host:\t%A"),
        HostForm("absolute form", .a, "Host: %A", target: "http://%A"),
        HostForm("admin in upper case", .admin, "Host: ADMIN.%base"),
    ]

    private static let strangers = [
        HostForm("base domain", .nobody, "Host: %base"), HostForm("foreign", .nobody, "Host: evil.tld"),
        HostForm("under a tenant", .nobody, "Host: x.%A"),
        HostForm("tenant under another domain", .nobody, "Host: %A.evil.tld"),
        HostForm("IDN", .nobody, "Host: xn--acm-dma.%base"), HostForm("IPv4", .nobody, "Host: 127.0.0.9:80"),
        HostForm("localhost", .nobody, "Host: localhost"), HostForm("suffix without a dot", .nobody, "Host: acme%base"),
    ]

    private static let unusable = [
        HostForm("none", .unusable), HostForm("empty", .unusable, "Host:"),
        HostForm("IPv6", .unusable, "Host: [::1]:80"),
        HostForm("UTF-8", .unusable, "Host: acmé.%base"), HostForm("percent", .unusable, "Host: %%61cme.%base"),
        HostForm("twice the same", .unusable, "Host: %A", "Host: %A"),
        HostForm("two tenants", .unusable, "Host: %A", "Host: %B"),
        HostForm("two tenants, other case", .unusable, "host: %B", "HOST: %A"),
        HostForm("list", .unusable, "Host: %A, %B"), HostForm("two words", .unusable, "Host: %A %B"),
        HostForm("user", .unusable, "Host: %B@%A"), HostForm("port that is a host", .unusable, "Host: %A:80@%B"),
        HostForm("path", .unusable, "Host: %A/%B"), HostForm("port too high", .unusable, "Host: %A:99999"),
        HostForm("two final dots", .unusable, "Host: %A.."), HostForm("Kelvin sign", .unusable, "Host: \u{212A}.%base"),
        HostForm("absolute form of another", .unusable, "Host: %A", target: "http://%B"),
        HostForm("absolute form with a user", .unusable, "Host: %A", target: "http://%A@%B"),
    ]
}

/// What a request says in `X-Tenant-ID` and `X-Tenant-Subdomain`.
public struct HeaderForm: Sendable {
    /// What one field names.
    public enum Naming: Sendable, Hashable {
        case a, b
        /// A tenant that is not there.
        case absent
        /// Nothing that could be a tenant: 400.
        case garbage
    }

    /// What it is called in failures.
    public var name: String
    /// What the fields name, in the order in which they are looked at.
    public var namings: [Naming]
    /// The lines; `%IDA`, `%IDB`, `%LABELA`, `%LABELB` stand for what tenants are called.
    public var lines: [String]

    init(_ name: String, _ namings: [Naming], _ lines: String...) {
        self.name = name
        self.namings = namings
        self.lines = lines
    }

    /// No field.
    public static let none = HeaderForm("-", [])

    /// Every form.
    public static let all: [HeaderForm] = [
        .none,
        HeaderForm("id of a", [.a], "X-Tenant-ID: %IDA"), HeaderForm("id of b", [.b], "x-tenant-id: %IDB"),
        HeaderForm("id of nobody", [.absent], "X-Tenant-ID: 0190a6e1-5d2b-7c3d-8e4f-a1b2c3d4e5f6"),
        HeaderForm("id that is none", [.garbage], "X-Tenant-ID: %LABELA"),
        HeaderForm("two ids", [.garbage], "X-Tenant-ID: %IDA", "X-TENANT-ID: %IDA"),
        HeaderForm("label of a", [.a], "X-Tenant-Subdomain: %LABELA"),
        HeaderForm("label of b", [.b], "X-Tenant-Subdomain: %LABELB"),
        HeaderForm("label of nobody", [.absent], "X-Tenant-Subdomain: absent"),
        HeaderForm("label that is none", [.garbage], "X-Tenant-Subdomain: %IDA x"),
        HeaderForm("two labels", [.garbage], "X-Tenant-Subdomain: %LABELA", "X-Tenant-Subdomain: %LABELB"),
        HeaderForm("both of a", [.a, .a], "X-Tenant-ID: %IDA", "X-Tenant-Subdomain: %LABELA"),
        HeaderForm("both of b", [.b, .b], "X-Tenant-Subdomain: %LABELB", "X-Tenant-ID: %IDB"),
        HeaderForm("id of a, label of b", [.a, .b], "X-Tenant-ID: %IDA", "X-Tenant-Subdomain: %LABELB"),
        HeaderForm("id of b, label of a", [.b, .a], "X-Tenant-Subdomain: %LABELA", "X-Tenant-ID: %IDB"),
    ]
    /// One of each meaning, for tables that are large enough.
    static let meanings = Self.all.filter {
        [
            "-", "id of a", "id of b", "id of nobody", "two ids", "label of b", "both of a", "id of a, label of b",
            "id of b, label of a",
        ].contains($0.name)
    }

    /// One of a kind, for servers to whom they mean nothing.
    static let ofStrangers = Self.all.filter { ["-", "id of b", "label of b", "two ids"].contains($0.name) }
}
