/// Bytes that nobody can guess.
enum RandomBytes {
    /// `count` bytes of the system's cryptographic generator: getrandom(2) on Linux.
    static func make(_ count: Int) -> [UInt8] {
        var generator = SystemRandomNumberGenerator()
        return (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
    }
}
