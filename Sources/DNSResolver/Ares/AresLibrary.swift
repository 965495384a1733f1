import CCAres
import DNS

/// c-ares as a whole, which must be set up once before any channel is made; it stays so until the process ends.
enum AresLibrary {
    private static let code = ares_library_init(ARES_LIB_INIT_ALL)

    /// Sets it up, if nobody has.
    static func load() throws(AuthorityError) { try self.check(self.code) }

    /// Throws unless a call went well that no server has a part in.
    static func check(_ code: Int32) throws(AuthorityError) {
        guard code != Int32(ARES_SUCCESS) else { return }
        throw AuthorityError(
            .unavailable, reason: "The library that asks name servers does not work.", detail: self.text(for: code))
    }

    static func text(for code: Int32) -> String { String(cString: ares_strerror(code)) }
}
