import Foundation
import Testing

@testable import Identity

@Suite("The secret file")
struct SecretFileTests {
    /// A folder of the test's own, gone afterwards.
    static func withFolder(_ body: (URL) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "secret-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
        defer {
            do { try FileManager.default.removeItem(at: folder) } catch { Issue.record(error) }
        }
        try body(folder)
    }

    static func write(_ text: String, mode: Int, to file: URL) throws {
        try Data(text.utf8).write(to: file)
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: file.path(percentEncoded: false))
    }

    static func error(_ work: () throws -> Void) -> IdentityError? {
        do {
            try work()
            return nil
        } catch {
            return error as? IdentityError
        }
    }

    static let secret = "0123456789abcdef0123456789abcdef"

    @Test func `A new file is its owner's alone, and holds a secret that is like no other`() throws {
        try Self.withFolder { folder in
            let files = [folder.appending(path: "one"), folder.appending(path: "two")]
            let seals = try files.map { try SecretSeal.create(file: $0) }
            let sealed = try seals[0].seal([7], context: "c")
            #expect(try SecretSeal.read(file: files[0]).open(sealed, context: "c") == [7])
            #expect(Self.error { _ = try SecretSeal.read(file: files[1]).open(sealed, context: "c") } != nil)
            let path = files[0].path(percentEncoded: false)
            let attributes = try FileManager.default.attributesOfItem(atPath: path)
            #expect(attributes[.posixPermissions] as? Int == 0o600)
            #expect(try Data(contentsOf: files[0]).count == 65)
            let left = try FileManager.default.contentsOfDirectory(atPath: folder.path(percentEncoded: false))
            #expect(left.sorted() == ["one", "two"])
        }
    }

    @Test func `A file that is there stays as it is`() throws {
        try Self.withFolder { folder in
            let file = folder.appending(path: "secret")
            try Self.write("not to be lost", mode: 0o600, to: file)
            let error = Self.error { _ = try SecretSeal.create(file: file) }
            #expect(error?.code == .secretFile)
            #expect(error?.detail.contains("exists") == true)
            #expect(try String(contentsOf: file, encoding: .utf8) == "not to be lost")
            let left = try FileManager.default.contentsOfDirectory(atPath: folder.path(percentEncoded: false))
            #expect(left == ["secret"])
        }
    }

    @Test func `An editor's line break at the end is no part of the secret`() throws {
        try Self.withFolder { folder in
            let file = folder.appending(path: "secret")
            try Self.write(Self.secret, mode: 0o600, to: file)
            let sealed = try SecretSeal.read(file: file).seal([7], context: "c")
            try Self.write(Self.secret + " \r\n\n", mode: 0o400, to: file)
            #expect(try SecretSeal.read(file: file).open(sealed, context: "c") == [7])
        }
    }

    @Test(arguments: [0o640, 0o604, 0o660, 0o666, 0o620, 0o602, 0o611, 0o777])
    func `A file that others may use is refused, and the mode is named`(_ mode: Int) throws {
        try Self.withFolder { folder in
            let file = folder.appending(path: "secret")
            try Self.write(Self.secret, mode: mode, to: file)
            let error = Self.error { _ = try SecretSeal.read(file: file) }
            #expect(error?.code == .secretFile)
            #expect(error?.detail.contains(String(mode, radix: 8)) == true)
            #expect(error?.detail.contains("600") == true)
        }
    }

    @Test func `Too short, too long, missing and special files are refused without showing their contents`() throws {
        try Self.withFolder { folder in
            let file = folder.appending(path: "secret")
            for text in ["", "short", String(Self.secret.dropLast()), String(Self.secret.dropLast()) + "\n\n\n"] {
                try Self.write(text, mode: 0o600, to: file)
                let error = Self.error { _ = try SecretSeal.read(file: file) }
                #expect(error?.code == .secretTooShort)
                #expect(error?.detail.contains(file.path(percentEncoded: false)) == true)
                if text.count > 5 { #expect(error.map { String(reflecting: $0).contains("01234") } == false) }
            }
            try Self.write(String(repeating: "x", count: 4_097), mode: 0o600, to: file)
            #expect(Self.error { _ = try SecretSeal.read(file: file) }?.code == .secretFile)
            #expect(Self.error { _ = try SecretSeal.read(file: folder) }?.code == .secretFile)
            let missing = Self.error { _ = try SecretSeal.read(file: folder.appending(path: "missing")) }
            #expect(missing?.code == .secretFile)
            #expect(missing?.detail.contains("No such file") == true)
            let nowhere = folder.appending(path: "no/such/folder/secret")
            #expect(Self.error { _ = try SecretSeal.create(file: nowhere) }?.code == .secretFile)
        }
    }

    @Test func `A pipe does not hang the reader`() throws {
        try Self.withFolder { folder in
            let pipe = folder.appending(path: "pipe").path(percentEncoded: false)
            #expect(mkfifo(pipe, 0o600) == 0)
            let error = Self.error { _ = try SecretSeal.read(file: URL(filePath: pipe)) }
            #expect(error?.detail.contains("no regular file") == true)
        }
    }
}
