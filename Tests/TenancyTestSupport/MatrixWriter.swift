/// Writes requests of the matrix for one server; what many of them share is put together once.
struct MatrixWriter: Sendable {
    private let path: String
    private let prefixes: [String: String]
    private let hosts: [String: String]
    private let headers: [String: String]
    private let tokens: [TokenKind: String]

    init(_ world: MatrixWorld) {
        func text(_ lines: [String]) -> String { world.filled(lines.map { $0 + "\r\n" }.joined()) }
        self.path = world.path
        self.prefixes = Dictionary(HostForm.all.map { ($0.name, world.filled($0.targetPrefix)) }) { first, _ in first }
        self.hosts = Dictionary(HostForm.all.map { ($0.name, text($0.lines)) }) { first, _ in first }
        self.headers = Dictionary(HeaderForm.all.map { ($0.name, text($0.lines)) }) { first, _ in first }
        let tokens = TokenKind.allCases.map { kind in
            switch kind {
            case .none: (kind, "")
            case .garbage: (kind, "Authorization: Bearer not.a.token\r\n")
            default: (kind, "Authorization: Bearer \(world.tokens[kind] ?? "")\r\n")
            }
        }
        self.tokens = Dictionary(tokens) { first, _ in first }
    }

    /// The request, byte for byte.
    ///
    /// - Parameter closing: whether the server is asked to close the connection behind it.
    func text(_ request: MatrixCase, closing: Bool) -> String {
        var text = "\(request.method) \(self.prefixes[request.host.name] ?? "")\(self.path) HTTP/1.1\r\n"
        text += self.hosts[request.host.name] ?? ""
        text += self.headers[request.header.name] ?? ""
        text += self.tokens[request.token] ?? ""
        if closing { text += "Connection: close\r\n" }
        return text + "Content-Length: 0\r\n\r\n"
    }
}
