/// Names keys: at random, so that a name says nothing and none comes twice.
enum KeyName {
    /// 16 hexadecimal digits, lower-case.
    static func random() -> String {
        RandomBytes.make(8).map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }.joined()
    }
}
