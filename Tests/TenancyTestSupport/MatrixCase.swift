/// One request of the matrix.
public struct MatrixCase: Sendable, CustomStringConvertible {
    /// The statuses of section 1 of the design, by their names in the catalog.
    public static let statuses = [
        "active", "readOnly", "maintenance", "suspended", "provisioning", "failed", "deleting", "deleted", "purging",
        "purged",
    ]
    /// The methods that are tried.
    public static let methods = ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"]

    /// What it carries.
    public var token: TokenKind
    /// How it names its host.
    public var host: HostForm
    /// What it says of its tenant besides.
    public var header = HeaderForm.none
    /// The status of tenant a.
    public var status = "active"
    /// Its method.
    public var method = "GET"

    /// The name that failures are found by.
    public var description: String {
        "\(self.method), host: \(self.host.name), token: \(self.token.rawValue), header: \(self.header.name), "
            + "a is \(self.status)"
    }

    /// Everything that is tried: whoever is asked for, by whoever, in each status; and each spelling by itself.
    ///
    /// Ordered by status, since that is what takes a moment to change.
    public static let all: [MatrixCase] = evidence + spellings + lives

    private static let evidence = TokenKind.allCases.flatMap { token in
        HostForm.plain.flatMap { host in
            HeaderForm.all.map { MatrixCase(token: token, host: host, header: $0) }
        }
    }

    private static let spellings = HostForm.all.flatMap { host in
        TokenKind.allCases.flatMap { token in
            ["GET", "HEAD", "POST"].map { MatrixCase(token: token, host: host, method: $0) }
        }
    }

    private static let lives = Self.statuses.flatMap { status in
        Self.methods.flatMap { method in
            [TokenKind.none, .ofA, .ofB, .expiredOfA].flatMap { token in
                [(0, 0), (1, 0), (3, 1)].map { host, header in
                    MatrixCase(
                        token: token, host: HostForm.plain[host], header: HeaderForm.all[header], status: status,
                        method: method)
                }
            }
        }
    }

    /// Everything with everything, in one status: whoever asks, at each kind of host, with each header, by each method.
    ///
    /// - Parameter headers: the forms that are tried.
    static func product(_ status: String, _ headers: [HeaderForm]) -> [MatrixCase] {
        let hosts = HostForm.plain + HostForm.all.filter { $0.name == "two tenants" }
        return hosts.flatMap { host in
            headers.flatMap { header in
                TokenKind.allCases.flatMap { token in
                    Self.methods.map {
                        MatrixCase(token: token, host: host, header: header, status: status, method: $0)
                    }
                }
            }
        }
    }

    /// The request, byte for byte; the server is asked to close.
    public func text(in world: MatrixWorld) -> String {
        MatrixWriter(world).text(self, closing: true)
    }
}

extension MatrixWorld {
    /// A text with names for placeholders.
    func filled(_ text: String) -> String {
        let hostA = "\(self.a.subdomain).\(self.base)"
        var text = text
        for (sign, value) in [
            ("%UPPERA", hostA.uppercased()), ("%IDA", self.a.id), ("%IDB", self.b.id), ("%LABELA", self.a.subdomain),
            ("%LABELB", self.b.subdomain), ("%base", self.base), ("%A", hostA),
            ("%B", "\(self.b.subdomain).\(self.base)"), ("%%", "%"),
        ] { text = text.replacing(sign, with: value) }
        return text
    }
}
