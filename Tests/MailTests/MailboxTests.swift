import Foundation
import Mail
import Testing

@Suite struct MailboxTests {
    @Test func `an unused mailbox is empty`() throws {
        try withMailbox { mailbox in
            let list = try mailbox.list()
            #expect(list.isEmpty)
            #expect(!FileManager.default.fileExists(atPath: mailbox.folder.path))
        }
    }

    @Test func `a mail comes back with its parts and its source`() async throws {
        try await withMailbox { mailbox in
            let message = try Sample.message(
                to: MailAddress(name: "Zoë", address: "zoe@example.org"), subject: "Grüße", text: "Ü\n", html: "<p>",
                replyTo: MailAddress(address: "help@example.com"))
            let receipt = try await MailboxTransport(mailbox).send(message)
            let entry = try #require(try mailbox.list().first)
            #expect(entry.to == "Zoë <zoe@example.org>")
            #expect(entry.subject == "Grüße")
            #expect(abs(entry.date.timeIntervalSinceNow) < 60)
            #expect(receipt.replyCode == nil && receipt.reply.contains(entry.id))
            let stored = try #require(try mailbox.message(entry.id))
            #expect(stored.entry == entry && stored.messageID == message.id)
            #expect(stored.text == "Ü\n" && stored.html == "<p>")
            #expect(stored.headers.map(\.name) == ["Date", "From", "To", "Reply-To", "Subject", "Message-ID"])
            #expect(stored.headers.map(\.value).contains("help@example.com"))
            #expect(try mailbox.source(entry.id) == Data(message.rendered()))
        }
    }

    @Test func `the newest is first, and the same mail twice is there twice`() throws {
        try withMailbox { mailbox in
            let date = Date(timeIntervalSince1970: 1_700_000_000)
            let ids = try (0..<5).map { try mailbox.store(Sample.message(subject: "n\($0)"), at: date) }
            #expect(Set(ids).count == 5)
            let list = try mailbox.list()
            #expect(list.map(\.subject) == ["n4", "n3", "n2", "n1", "n0"])
            #expect(list.map(\.id) == ids.reversed())
        }
    }

    @Test func `only the newest are kept`() throws {
        try withMailbox(capacity: 3) { mailbox in
            for number in 0..<7 { try mailbox.store(Sample.message(subject: "n\(number)")) }
            #expect(try mailbox.list().map(\.subject) == ["n6", "n5", "n4"])
            #expect(try FileManager.default.contentsOfDirectory(atPath: mailbox.folder.path).count == 6)
        }
    }

    @Test func `another mailbox on the folder finds the mails`() throws {
        try withMailbox { mailbox in
            try mailbox.store(Sample.message())
            #expect(try Mailbox(folder: mailbox.folder).list().count == 1)
        }
    }

    @Test func `nobody else reads the mails`() throws {
        try withMailbox { mailbox in
            let id = try mailbox.store(Sample.message())
            func mode(_ url: URL) throws -> Int? {
                try FileManager.default.attributesOfItem(atPath: url.path)[.posixPermissions] as? Int
            }
            #expect(try mode(mailbox.folder) == 0o700)
            #expect(try mode(mailbox.folder.appending(path: "\(id).eml")) == 0o600)
            #expect(try mode(mailbox.folder.appending(path: "\(id).json")) == 0o600)
        }
    }

    @Test(arguments: [
        "", ".", "..", "../secret", "%2e%2e/secret", "/etc/passwd", "00000000000000000000-abcdef0/",
        "../00000000000000000-abcdef01", "00000000000000000000-ABCDEF01", "00000000000000000000-abcdef01",
    ])
    func `a name that is none of ours finds nothing`(id: String) throws {
        try withMailbox { mailbox in
            try mailbox.store(Sample.message())
            let secret = mailbox.folder.deletingLastPathComponent().appending(path: "secret.json")
            #expect(try mailbox.message(id) == nil)
            #expect(try mailbox.source(id) == nil)
            #expect(!FileManager.default.fileExists(atPath: secret.path))
        }
    }

    @Test func `strange files in the folder are left alone`() throws {
        try withMailbox(capacity: 1) { mailbox in
            try mailbox.store(Sample.message())
            let other = mailbox.folder.appending(path: "notes.json")
            try Data("x".utf8).write(to: other)
            try mailbox.store(Sample.message())
            #expect(try mailbox.list().count == 1)
            #expect(FileManager.default.fileExists(atPath: other.path))
        }
    }

    @Test func `a folder that cannot be is a failure to try again`() async throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "bulkhead-mailbox-\(UUID())")
        try Data().write(to: file)
        defer { #expect(throws: Never.self) { try FileManager.default.removeItem(at: file) } }
        let mailbox = Mailbox(folder: file)
        let failure = await #expect(throws: MailFailure.self) {
            try await MailboxTransport(mailbox).send(Sample.message())
        }
        #expect(failure?.kind == .deferred)
        #expect(throws: MailError.self) { try mailbox.list() }
        #expect(throws: MailError.self) { try mailbox.message("00000000000000000000-abcdef01") }
    }

    @Test func `a spoilt file is an error that says so`() throws {
        try withMailbox { mailbox in
            let id = try mailbox.store(Sample.message())
            try Data("{".utf8).write(to: mailbox.folder.appending(path: "\(id).json"))
            let error = #expect(throws: MailError.self) { try mailbox.message(id) }
            #expect(error?.code == .mailbox)
        }
    }

    private func withMailbox(capacity: Int = 500, _ body: (Mailbox) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "bulkhead-mailbox-\(UUID())/box")
        defer { remove(folder) }
        try body(Mailbox(folder: folder, capacity: capacity))
    }

    private func withMailbox(_ body: (Mailbox) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "bulkhead-mailbox-\(UUID())/box")
        defer { remove(folder) }
        try await body(Mailbox(folder: folder))
    }

    private func remove(_ folder: URL) {
        // Some tests never make it.
        try? FileManager.default.removeItem(at: folder.deletingLastPathComponent())
    }
}
