public import Foundation

extension SecretSeal {
    /// Reads the secret from a file.
    ///
    /// White space at the end does not count, so that an editor's final line break changes nothing.
    ///
    /// - Throws: ``IdentityError`` with ``IdentityError/Code/secretFile`` if the file cannot be read, is no regular
    ///   file, has more than 4,096 bytes, or gives its group or others any right;
    ///   ``IdentityError/Code/secretTooShort`` if it has fewer than 32 bytes.
    public static func read(file: URL) throws -> SecretSeal {
        let secret = try SecretFile(file).read()
        guard secret.count >= self.minimumSecretLength else {
            throw IdentityError(
                .secretTooShort,
                "the secret in \(file.path(percentEncoded: false)) has \(secret.count) bytes and needs "
                    + "\(self.minimumSecretLength) or more; openssl rand -base64 48 makes a good one")
        }
        return try SecretSeal(secret: secret)
    }

    /// Makes a file with a new random secret, readable by its owner only, and reads it.
    ///
    /// The file appears whole or not at all; two that make it at the same time cannot both succeed.
    ///
    /// - Throws: ``IdentityError`` with ``IdentityError/Code/secretFile`` if there is a file already, which is left as
    ///   it is, or it cannot be written.
    public static func create(file: URL) throws -> SecretSeal {
        let text = UnpaddedBase64.url.encode(RandomBytes.make(48)) + "\n"
        try SecretFile(file).create(Array(text.utf8))
        return try self.read(file: file)
    }
}

/// A small file for its owner's eyes only.
private struct SecretFile {
    private static let sizeLimit = 4_096
    private let path: String
    private let directory: String

    init(_ file: URL) {
        self.path = file.path(percentEncoded: false)
        self.directory = file.deletingLastPathComponent().path(percentEncoded: false)
    }

    /// The contents without white space at the end, if nobody else could have read or written them.
    func read() throws -> [UInt8] {
        let descriptor = open(self.path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw self.failure("cannot be opened") }
        defer { close(descriptor) }
        // Asked of what was opened, not of the path, which could be exchanged in between.
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw self.failure("cannot be examined") }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw IdentityError(.secretFile, "the secret file \(self.path) is no regular file")
        }
        guard status.st_mode & 0o077 == 0 else {
            let mode = String(status.st_mode & 0o777, radix: 8)
            throw IdentityError(
                .secretFile, "the secret file \(self.path) has mode \(mode), so that others can use it; set mode 600")
        }
        var bytes = try self.contents(of: descriptor)
        while let last = bytes.last, [0x20, 0x09, 0x0A, 0x0D].contains(last) { bytes.removeLast() }
        return bytes
    }

    /// Writes a file of this name; fails if there is one.
    func create(_ bytes: [UInt8]) throws {
        let draft = "\(self.path).\(KeyName.random())"
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw self.failure("cannot be made") }
        defer { unlink(draft) }
        let written = write(descriptor, bytes, bytes.count) == bytes.count && fsync(descriptor) == 0
        let problem = self.failure("cannot be written")
        close(descriptor)
        guard written else { throw problem }
        guard link(draft, self.path) == 0 else { throw self.failure("cannot be made") }
        self.flushDirectory()
    }

    private func contents(of descriptor: Int32) throws -> [UInt8] {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: Self.sizeLimit + 1)
        while bytes.count <= Self.sizeLimit {
            let count = Foundation.read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw self.failure("cannot be read") }
            if count == 0 { return bytes }
            bytes += buffer[..<count]
        }
        throw IdentityError(
            .secretFile, "the secret file \(self.path) has more than \(Self.sizeLimit) bytes; is it the right one?")
    }

    /// Makes the new name survive a power cut; the file itself has been flushed.
    private func flushDirectory() {
        let descriptor = open(self.directory, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }

    private func failure(_ what: String) -> IdentityError {
        IdentityError(.secretFile, "the secret file \(self.path) \(what): \(String(cString: strerror(errno)))")
    }
}
