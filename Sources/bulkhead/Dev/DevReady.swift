import ServerBootstrap

/// What `bulkhead dev` says once it serves; the form for scripts is a promise.
struct DevReady: CommandOutput {
    let adminURL: String
    let baseDomain: String
    let port: Int
    let managementURL: String
    let adminEmail: String
    let adminPassword: String
    let databases: DevelopmentURLs

    private let scheme: String
    private let data: String
    private let showsPassword: Bool

    private enum CodingKeys: CodingKey {
        case adminURL, baseDomain, port, managementURL, adminEmail, adminPassword, databases
    }

    init(_ instance: DevelopmentInstance, _ addresses: ServerAddresses, data: String, tls: Bool, showsPassword: Bool) {
        self.scheme = tls ? "https" : "http"
        self.adminURL = "\(self.scheme)://localhost:\(addresses.httpPort)"
        self.baseDomain = "localhost"
        self.port = addresses.httpPort
        self.managementURL = "http://127.0.0.1:\(addresses.managementPort)"
        self.adminEmail = instance.adminEmail
        self.adminPassword = instance.adminPassword
        self.databases = instance.urls
        self.data = data
        self.showsPassword = showsPassword
    }

    var text: String {
        let password = self.showsPassword ? self.adminPassword : "as at the first start; see \(self.data)/instance.json"
        return """

            Bulkhead is ready.

              Admin API   \(self.adminURL)/api/admin
              Tenants     \(self.scheme)://<subdomain>.localhost:\(self.port)
              Health      \(self.managementURL)/health/ready
              Data        \(self.data)

              Sign in as  \(self.adminEmail)
              Password    \(password)

            Next, in another terminal:

              \(self.command) tenant create acme --name "Acme Ltd" \\
                  --admin-email you@example.com\(self.dataFlag)
              \(self.command) tenant activation-link acme\(self.dataFlag)
              \(self.command) doctor\(self.dataFlag)\(self.trust)

            Ctrl-C stops everything; the data stay.
            """
    }

    private var trust: String {
        self.scheme == "https" ? "\n  \(self.command) certs trust\(self.dataFlag)" : ""
    }

    /// As it was typed, so that the lines can be copied; a long path would not fit.
    private var command: String {
        let typed = CommandLine.arguments[0]
        return typed.count <= 24 ? typed : "bulkhead"
    }

    private var dataFlag: String { self.data == DevelopmentFolder.standard ? "" : " --data \(self.data)" }
}
