import Crypto

/// Bytes that nobody can guess.
enum RandomBytes {
    /// `count` bytes of the system's cryptographic generator.
    static func make(_ count: Int) -> [UInt8] {
        SymmetricKey(size: SymmetricKeySize(bitCount: count * 8)).withUnsafeBytes { Array($0) }
    }
}
