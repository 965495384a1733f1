/// What the callbacks of one transfer share; on the transfer's thread only.
final class SMTPTransferState {
    private(set) var transcript = SMTPTranscript()
    private let content: [UInt8]
    private let cancel: CancelFlag
    private var offset = 0
    private var quitAt: ContinuousClock.Instant?
    /// How long the farewell may take: the mail's fate is known by then.
    private static let farewell = Duration.seconds(2)

    init(content: [UInt8], cancel: CancelFlag) {
        self.content = content
        self.cancel = cancel
    }

    /// Fills a buffer with the next part of the content; 0 is its end.
    func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        self.transcript.contentBegun()
        let count = min(buffer.count, self.content.count - self.offset)
        buffer.copyBytes(from: self.content[self.offset..<self.offset + count])
        self.offset += count
        return count
    }

    func sent(_ bytes: UnsafeRawBufferPointer) {
        self.transcript.sent(bytes)
        if self.transcript.hasQuit, self.quitAt == nil { self.quitAt = .now }
    }

    func received(_ bytes: UnsafeRawBufferPointer) { self.transcript.received(bytes) }

    /// Whether the transfer is to be broken off.
    var mustStop: Bool {
        if let quitAt = self.quitAt { return ContinuousClock.now - quitAt > Self.farewell }
        return self.cancel.isRaised
    }
}
