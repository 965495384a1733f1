/// The lines of server-sent events (HTML Living Standard, section 9.2.6).
package enum ServerSentEvent {
    /// Tells the client how long to wait before it connects again.
    package static func retry(milliseconds: Int) -> [UInt8] {
        Array("retry: \(milliseconds)\n\n".utf8)
    }

    /// A line that means nothing, so that everybody on the way knows that the stream is alive.
    package static func comment(_ text: StaticString) -> [UInt8] {
        Array(": \(text)\n\n".utf8)
    }

    /// An event.
    ///
    /// - Parameters:
    ///   - id: what the client names when it comes back; one line.
    ///   - name: a harmless word.
    ///   - data: one line.
    package static func event(id: String, name: String, data: [UInt8]) -> [UInt8] {
        Array("id: \(id)\nevent: \(name)\ndata: ".utf8) + data + Array("\n\n".utf8)
    }
}
