import CCurl
import Mail

/// One easy handle of libcurl: for one thread, and for one mail.
struct CurlHandle: ~Copyable {
    let raw: UnsafeMutableRawPointer
    /// What callbacks know by address only: it lives until the handle is gone, which may call them to the last.
    var context: AnyObject?
    private var lists: [UnsafeMutablePointer<curl_slist>]
    private let errorText: UnsafeMutablePointer<CChar>

    /// Makes a handle.
    static func make() throws(MailFailure) -> CurlHandle {
        try CurlLibrary.load()
        guard let raw = curl_easy_init() else { throw Self.outOfMemory }
        return CurlHandle(raw)
    }

    private init(_ raw: UnsafeMutableRawPointer) {
        self.raw = raw
        self.lists = []
        self.errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
        self.errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        // Never fails; without it an explanation would be less detailed.
        _ = bulkhead_curl_set_pointer(raw, CURLOPT_ERRORBUFFER, self.errorText)
    }

    deinit {
        curl_easy_cleanup(self.raw)
        // After the handle, which points to them.
        for list in self.lists { curl_slist_free_all(list) }
        self.errorText.deallocate()
    }

    func set(_ option: CURLoption, _ value: Int) throws(MailFailure) {
        try Self.check(bulkhead_curl_set_long(self.raw, option, value))
    }

    func set(_ option: CURLoption, _ value: String?) throws(MailFailure) {
        try Self.check(bulkhead_curl_set_string(self.raw, option, value))
    }

    func set(_ option: CURLoption, milliseconds value: Duration) throws(MailFailure) {
        let parts = value.components
        let milliseconds = min(parts.seconds, 1_000_000) * 1_000 + parts.attoseconds / 1_000_000_000_000_000
        try self.set(option, max(1, Int(milliseconds)))
    }

    mutating func set(_ option: CURLoption, list values: [String]) throws(MailFailure) {
        var list: UnsafeMutablePointer<curl_slist>?
        for value in values {
            guard let longer = curl_slist_append(list, value) else {
                curl_slist_free_all(list)
                throw Self.outOfMemory
            }
            list = longer
        }
        if let list { self.lists.append(list) }
        try Self.check(bulkhead_curl_set_list(self.raw, option, list))
    }

    /// Runs the transfer; blocks.
    func perform() -> CURLcode { curl_easy_perform(self.raw) }

    /// The code of the last reply; 0 if there was none.
    var responseCode: Int {
        var value = 0
        return bulkhead_curl_get_long(self.raw, CURLINFO_RESPONSE_CODE, &value) == CURLE_OK ? value : 0
    }

    /// What libcurl says about an end, in detail if it knows any.
    func explanation(of code: CURLcode) -> String {
        let detail = String(cString: self.errorText)
        return detail.isEmpty ? String(cString: curl_easy_strerror(code)) : detail
    }

    static func check(_ code: CURLcode) throws(MailFailure) {
        if code == CURLE_OUT_OF_MEMORY { throw self.outOfMemory }
        guard code == CURLE_OK else {
            let text = String(cString: curl_easy_strerror(code))
            throw MailFailure(.misconfigured, reply: "The library that sends mail does not know a setting: \(text)")
        }
    }

    private static var outOfMemory: MailFailure { MailFailure(.deferred, reply: "There is not enough memory.") }
}
