public import Foundation

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The folder with a pooler's files: nobody but its owner reads what is in it.
///
/// When this process is root, what it writes belongs to the owner of the folder, as whom the pooler runs.
public struct PoolerFolder: Sendable {
    /// A file in it.
    public struct File: Sendable {
        /// Its name.
        public var name: String
        /// What it holds.
        public var text: String

        /// A file.
        public init(name: String, text: String) {
            self.name = name
            self.text = text
        }
    }

    /// Why nothing was written.
    public struct Failure: Error, Sendable, CustomStringConvertible {
        /// What happened, to what, and what to do.
        public let description: String
    }

    /// Where it is.
    public let url: URL

    /// A folder that need not be there yet.
    public init(_ url: URL) {
        self.url = url.absoluteURL.standardizedFileURL
    }

    /// The path of a file in it.
    public func path(of name: String) -> String { self.url.appendingPathComponent(name).path }

    /// Writes files, each in one piece or not at all, with mode 0600; makes the folder with mode 0700 if it is missing.
    ///
    /// - Parameter replaces: whether files that are there may be replaced; else nothing is written if one is.
    /// - Throws: ``Failure``.
    public func write(_ files: [File], replaces: Bool) throws(Failure) {
        try self.prepare()
        if !replaces, let present = files.first(where: { self.isThere($0.name) }) {
            throw Failure(description: "\(self.path(of: present.name)) is there already; --force replaces it")
        }
        let owner = try self.owner()
        var drafts: [String] = []
        defer { for draft in drafts { unlink(draft) } }
        // All of them are whole before the first one is in its place.
        for file in files {
            drafts.append(self.path(of: file.name) + ".new")
            try self.writeDraft(of: file, owner: owner)
        }
        for file in files {
            guard rename(self.path(of: file.name) + ".new", self.path(of: file.name)) == 0 else {
                throw self.failure("cannot write", file.name)
            }
        }
    }

    private func prepare() throws(Failure) {
        if mkdir(self.url.path, 0o700) == 0 { return }
        guard errno == EEXIST else { throw self.failure("cannot make", nil) }
        guard let folder = Self.attributes(of: self.url.resolvingSymlinksInPath().path),
            folder[.type] as? FileAttributeType == .typeDirectory, let mode = folder[.posixPermissions] as? Int
        else {
            throw Failure(description: "\(self.url.path) is no folder; choose another")
        }
        // Whoever may write there may put a user list of their own in its place.
        guard mode & 0o022 == 0 else {
            throw Failure(
                description: "\(self.url.path) can be written by others than its owner; "
                    + "chmod go-w it, or choose another folder")
        }
    }

    /// Whom files are given to; nil if they are one's own anyhow.
    private func owner() throws(Failure) -> (uid_t, gid_t)? {
        guard geteuid() == 0 else { return nil }
        guard let folder = Self.attributes(of: self.url.resolvingSymlinksInPath().path),
            let user = folder[.ownerAccountID] as? Int, let group = folder[.groupOwnerAccountID] as? Int
        else { throw self.failure("cannot look at", nil) }
        return (uid_t(user), gid_t(group))
    }

    private func isThere(_ name: String) -> Bool {
        Self.attributes(of: self.path(of: name)) != nil
    }

    /// Of the file itself, if it is a link; nil if there is none, or none that may be seen.
    private static func attributes(of path: String) -> [FileAttributeKey: Any]? {
        // Why it cannot be seen makes no difference: what follows fails and says so.
        try? FileManager.default.attributesOfItem(atPath: path)
    }

    private func writeDraft(of file: File, owner: (uid_t, gid_t)?) throws(Failure) {
        let draft = self.path(of: file.name) + ".new"
        unlink(draft)
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw self.failure("cannot write", file.name) }
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        if let owner, fchown(descriptor, owner.0, owner.1) != 0 { throw self.failure("cannot give away", file.name) }
        do {
            try handle.write(contentsOf: Data(file.text.utf8))
            try handle.synchronize()
        } catch {
            throw Failure(description: "cannot write \(self.path(of: file.name)): \(error.localizedDescription)")
        }
    }

    private func failure(_ what: String, _ name: String?) -> Failure {
        let reason = String(cString: strerror(errno))
        return Failure(description: "\(what) \(name.map { self.path(of: $0) } ?? self.url.path): \(reason)")
    }
}
