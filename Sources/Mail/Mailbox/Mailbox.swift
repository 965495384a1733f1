public import Foundation
import Synchronization

/// The built-in mailbox of development: mails as files in a folder, which nobody else can read.
///
/// For each mail there is an `.eml` file, which mail programs open, and a `.json` file with its parts. Both appear
/// whole or not at all. The same mail delivered twice is stored twice: that is how one sees it. Calls block for the
/// time of a few small files.
public final class Mailbox: Sendable {
    /// The folder; made at the first delivery.
    public let folder: URL
    /// How many mails are kept; the oldest go first.
    public let capacity: Int
    /// The time of the newest mail in microseconds: two in one microsecond would have no order.
    private let newest = Mutex<UInt64>(0)

    /// A mailbox in this folder.
    public init(folder: URL, capacity: Int = 500) {
        self.folder = folder
        self.capacity = max(1, capacity)
    }

    /// Stores a mail.
    ///
    /// - Returns: The name of the mail in this mailbox.
    /// - Throws: ``MailError`` with code `mailbox`.
    @discardableResult
    public func store(_ message: MailMessage, at date: Date = Date()) throws(MailError) -> String {
        do {
            return try self.newest.withLock { newest in
                newest = max(newest + 1, UInt64(max(0, date.timeIntervalSince1970) * 1_000_000))
                let id = MailboxID.make(microseconds: newest)
                try PrivateFile.makeFolder(self.folder)
                let parts = try JSONEncoder().encode(MailboxMessage(message, id: id, date: date))
                try PrivateFile.write(Data(message.rendered()), to: self.file(id, "eml"))
                try PrivateFile.write(parts, to: self.file(id, "json"))
                try self.dropOldest()
                return id
            }
        } catch {
            throw MailError(.mailbox, "The mailbox cannot be written. Check its folder and the disk.", cause: error)
        }
    }

    /// The mails, newest first.
    ///
    /// - Throws: ``MailError`` with code `mailbox`.
    public func list() throws(MailError) -> [MailboxEntry] {
        var entries: [MailboxEntry] = []
        for id in try self.ids().reversed() {
            if let message = try self.message(id) { entries.append(message.entry) }
        }
        return entries
    }

    /// One mail; nil if there is none of that name.
    ///
    /// - Parameter id: A name from ``list()``; may come from a stranger.
    /// - Throws: ``MailError`` with code `mailbox`.
    public func message(_ id: String) throws(MailError) -> MailboxMessage? {
        guard let data = try self.read(id, "json") else { return nil }
        do {
            return try JSONDecoder().decode(MailboxMessage.self, from: data)
        } catch {
            throw MailError(.mailbox, "A mail in the mailbox cannot be read.", cause: error)
        }
    }

    /// One mail as it would have been sent; nil if there is none of that name.
    ///
    /// - Parameter id: A name from ``list()``; may come from a stranger.
    /// - Throws: ``MailError`` with code `mailbox`.
    public func source(_ id: String) throws(MailError) -> Data? { try self.read(id, "eml") }

    private func read(_ id: String, _ type: String) throws(MailError) -> Data? {
        guard MailboxID.isValid(id) else { return nil }
        do {
            return try Data(contentsOf: self.file(id, type))
        } catch CocoaError.fileReadNoSuchFile {
            return nil
        } catch {
            throw MailError(.mailbox, "A mail in the mailbox cannot be read.", cause: error)
        }
    }

    private func ids() throws(MailError) -> [String] {
        do {
            return try FileManager.default.contentsOfDirectory(atPath: self.folder.path)
                .filter { $0.hasSuffix(".json") }.map { String($0.dropLast(5)) }
                .filter(MailboxID.isValid).sorted()
        } catch CocoaError.fileReadNoSuchFile {
            return []
        } catch {
            throw MailError(.mailbox, "The mailbox cannot be read. Check its folder.", cause: error)
        }
    }

    private func dropOldest() throws {
        for id in try self.ids().dropLast(self.capacity) {
            try PrivateFile.remove(self.file(id, "json"))
            try PrivateFile.remove(self.file(id, "eml"))
        }
    }

    private func file(_ id: String, _ type: String) -> URL { self.folder.appending(path: "\(id).\(type)") }
}
