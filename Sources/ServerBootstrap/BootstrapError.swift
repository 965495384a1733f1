/// Why an installation cannot be put together or started.
///
/// The text says what happened, to what, and what to do; it is for operators and holds no secret.
public enum BootstrapError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The key store kept no key for tenant contexts.
    case noContextKey
    /// The catalog has no key for tokens yet.
    case noTokenKey
    /// Another program listens where this one should.
    case addressInUse(host: String, port: Int)
    /// An address cannot be listened on for another reason.
    case cannotListen(host: String, port: Int, reason: String)
    /// A folder is not that of a development instance.
    case noInstance(String)
    /// The private PostgreSQL ended by itself.
    case databaseEnded(log: String)
    /// A file of a development instance cannot be read or written.
    case instanceFile(String, reason: String)
    /// The files of the HTTP listener's certificate cannot be used.
    case certificateFiles(chain: String, key: String, reason: String)
    /// A file with authorities to trust cannot be used.
    case authorities(String, reason: String)

    /// What happened, to what, and what to do.
    public var description: String {
        switch self {
        case .noContextKey:
            return "the catalog keeps no key for tenant contexts; run: bulkhead keys rotate context"
        case .noTokenKey:
            return "the catalog has no key for tokens yet; start a server for the API first, it makes one"
        case .addressInUse(let host, let port):
            return "port \(port) on \(host) is taken by another program; stop that one, or choose another port"
        case .cannotListen(let host, let port, let reason):
            return "cannot listen on port \(port) of \(host): \(reason)"
        case .noInstance(let folder):
            return "\(folder) holds no development instance; make one with: bulkhead dev --data \(folder)"
        case .databaseEnded(let log):
            return "the private PostgreSQL ended; its last words are in \(log)"
        case .instanceFile(let path, let reason):
            return "\(path): \(reason)"
        case .certificateFiles(let chain, let key, let reason):
            let files = chain == key ? chain : "\(chain) and \(key)"
            return "there is no certificate to serve HTTPS with in \(files): \(reason)"
        case .authorities(let path, let reason):
            return "\(path) holds no authorities to trust: \(reason)"
        }
    }
}
