import Crypto
import CryptoExtras
import Foundation

/// A hashed password as it is stored: `$scrypt$ln=15,r=8,p=1$<salt>$<key>`, in the PHC string format.
///
/// Cost and salt are part of the text, so that the cost of new hashes can change while old ones still verify. Reading
/// is strict: one text for one value, every number within the bounds of ``ScryptCost``.
struct PasswordHash: Sendable {
    /// How it was made.
    let cost: ScryptCost
    /// 16 random bytes, of this password alone.
    let salt: [UInt8]
    /// The 32 bytes that scrypt made.
    let key: SymmetricKey

    private static let saltLength = 16
    private static let keyLength = 32

    /// Hashes `password` with a new salt.
    ///
    /// Takes as long as `cost` says: never on a cooperative thread.
    init(of password: [UInt8], cost: ScryptCost) throws {
        let salt = RandomBytes.make(Self.saltLength)
        self.cost = cost
        self.salt = salt
        self.key = try Self.derive(from: password, salt: salt, cost: cost)
    }

    /// Reads a stored text; nil if it is not one that ``text`` makes.
    init?(_ text: String) {
        let fields = text.utf8.count <= 200 ? text.split(separator: "$", omittingEmptySubsequences: false) : []
        guard fields.count == 5, fields[0].isEmpty, fields[1] == "scrypt", let cost = Self.cost(fields[2]),
            let salt = UnpaddedBase64.standard.decode(fields[3].utf8), salt.count == Self.saltLength,
            let key = UnpaddedBase64.standard.decode(fields[4].utf8), key.count == Self.keyLength
        else { return nil }
        self.cost = cost
        self.salt = salt
        self.key = SymmetricKey(data: key)
    }

    /// The form to store.
    var text: String {
        let salt = UnpaddedBase64.standard.encode(self.salt)
        let key = UnpaddedBase64.standard.encode(self.key.withUnsafeBytes { Array($0) })
        return "$scrypt$ln=\(self.cost.logRounds),r=\(self.cost.blockSize),p=\(self.cost.parallelism)$\(salt)$\(key)"
    }

    /// Whether this is the hash of `password`; takes as long as hashing it.
    ///
    /// The comparison is that of `SymmetricKey`, which takes the same time wherever the keys differ.
    func matches(_ password: [UInt8]) throws -> Bool {
        try Self.derive(from: password, salt: self.salt, cost: self.cost) == self.key
    }

    private static func cost(_ text: Substring) -> ScryptCost? {
        let fields = text.split(separator: ",", omittingEmptySubsequences: false)
        guard fields.count == 3, let logRounds = self.number(fields[0], "ln="),
            let blockSize = self.number(fields[1], "r="), let parallelism = self.number(fields[2], "p=")
        else { return nil }
        return ScryptCost(logRounds: logRounds, blockSize: blockSize, parallelism: parallelism)
    }

    private static func number(_ field: Substring, _ name: String) -> Int? {
        guard field.hasPrefix(name) else { return nil }
        let digits = field.dropFirst(name.count)
        guard (1...2).contains(digits.utf8.count), digits.first != "0", let value = Int(digits), value > 0,
            digits.first != "+"
        else { return nil }
        return value
    }

    static func derive(from password: [UInt8], salt: [UInt8], cost: ScryptCost) throws -> SymmetricKey {
        do {
            return try KDF.Scrypt.deriveKey(
                from: password, salt: salt, outputByteCount: self.keyLength, rounds: cost.rounds,
                blockSize: cost.blockSize, parallelism: cost.parallelism)
        } catch {
            throw IdentityError(.hashing, "a password could not be hashed; is memory short?", cause: error)
        }
    }
}
