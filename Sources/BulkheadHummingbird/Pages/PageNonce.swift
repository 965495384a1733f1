/// What a page's own style carries so that the page's policy lets it in, and nothing else (CSP Level 3, section 2.3.1).
package struct PageNonce: Sendable, CustomStringConvertible {
    /// 128 random bits as text.
    package let description: String

    /// A new one, for one answer.
    package init() {
        var generator = SystemRandomNumberGenerator()
        self.description = String(generator.next(), radix: 36) + String(generator.next(), radix: 36)
    }
}
