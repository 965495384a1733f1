public import AsyncHTTPClient
import NIOCore

/// The HTTP client that providers are asked with: it follows no redirect.
///
/// A client that does sends every header on to whatever host an answer names, and from https to http: also the API key of
/// PowerDNS and the session token of AWS, since only `authorization` and cookies are held back on the way.
public enum ProviderHTTPClient {
    /// The process's own, on the threads that all such clients share; a server that takes no connection is given up after
    /// 5 s.
    ///
    /// It is never shut down: what is static lives as long as the process, so the check in the client's `deinit` that it
    /// was shut down is never reached, and idle connections close by themselves.
    public static let shared: HTTPClient = {
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        configuration.timeout.connect = .seconds(5)
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }()
}
