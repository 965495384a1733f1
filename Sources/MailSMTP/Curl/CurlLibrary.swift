import CCurl
import Mail

/// libcurl as a whole, which must be set up once before any handle is made.
enum CurlLibrary {
    private static let code = bulkhead_curl_global_init()

    /// Sets it up, if nobody has.
    static func load() throws(MailFailure) {
        guard self.code == CURLE_OK else {
            throw MailFailure(.misconfigured, reply: "The library that sends mail cannot be set up.")
        }
    }
}
