public import Foundation

/// An account at a certificate authority with its key, as one value that replicas can share.
///
/// Secret: who has it can revoke certificates and order new ones. No description or dump shows any of it.
public struct ACMEAccount: Sendable, Hashable {
    private struct Contents: Codable, Hashable {
        var directory: String
        var email: String
        /// lego's `account.json`.
        var registration: Data
        /// The account's private key as PEM.
        var key: Data
    }

    private let contents: Contents

    /// The account as bytes, for ``init(data:)`` elsewhere; seal them before they are stored or sent.
    public var data: Data {
        get throws(ACMEError) {
            let encoder = JSONEncoder()
            encoder.outputFormatting = .sortedKeys
            do { return try encoder.encode(self.contents) } catch { throw .unreadableAccount }
        }
    }

    /// Reads what ``data`` gave.
    ///
    /// - Throws: ``ACMEError`` with code `storage` if it is no account.
    public init(data: Data) throws(ACMEError) {
        do {
            self.contents = try JSONDecoder().decode(Contents.self, from: data)
        } catch {
            throw .unreadableAccount
        }
        guard Self.isWhole(registration: self.contents.registration, key: self.contents.key) else {
            throw .unreadableAccount
        }
    }

    /// Whether it is one of the authority and address that a configuration names.
    func fits(_ configuration: ACMEConfiguration) -> Bool {
        self.contents.directory == configuration.directory.absoluteString
            && self.contents.email == configuration.email
    }

    /// lego ends with a crash on half a key, and refuses half a registration.
    private static func isWhole(registration: Data, key: Data) -> Bool {
        struct Registration: Decodable {
            struct Body: Decodable { let uri: String }
            let registration: Body
        }
        let text = String(decoding: key, as: UTF8.self)
        // Not to be decoded is the answer.
        return (try? JSONDecoder().decode(Registration.self, from: registration))?.registration.uri.isEmpty == false
            && text.hasPrefix("-----BEGIN ") && text.contains("PRIVATE KEY-----\n")
            && text.hasSuffix(" PRIVATE KEY-----\n")
    }
}

extension ACMEAccount: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The authority alone.
    public var description: String { "account at \(URL(string: self.contents.directory)?.host() ?? "an authority")" }

    /// The same.
    public var debugDescription: String { self.description }

    /// Nothing, so that no dump shows the key.
    public var customMirror: Mirror { Mirror(self, children: ["key": "hidden"], displayStyle: .struct) }
}

extension ACMEAccount {
    /// Takes the account out of a folder in which lego worked; nil if it did not get one.
    init?(of configuration: ACMEConfiguration, in folder: URL) throws(ACMEError) {
        let place = Self.place(configuration, in: folder)
        guard let registration = try OwnFile(url: place.appending(path: "account.json")).read(),
            let key = try OwnFile(url: place.appending(path: "keys/\(configuration.email).key")).read(),
            Self.isWhole(registration: registration, key: key)
        else { return nil }
        self.contents = Contents(
            directory: configuration.directory.absoluteString, email: configuration.email,
            registration: registration, key: key)
    }

    /// Puts the account where lego looks for it.
    func write(for configuration: ACMEConfiguration, in folder: URL) throws(ACMEError) {
        let place = Self.place(configuration, in: folder)
        try WorkFolder.make(place.appending(path: "keys"))
        try OwnFile(url: place.appending(path: "account.json")).write(self.contents.registration)
        try OwnFile(url: place.appending(path: "keys/\(configuration.email).key")).write(self.contents.key)
    }

    /// As lego does: `accounts/HOST_PORT/EMAIL`.
    private static func place(_ configuration: ACMEConfiguration, in folder: URL) -> URL {
        let directory = configuration.directory
        let host = (directory.host() ?? "") + (directory.port.map { ":\($0)" } ?? "")
        return folder.appending(path: "accounts").appending(path: host.replacing(":", with: "_"))
            .appending(path: configuration.email)
    }
}
