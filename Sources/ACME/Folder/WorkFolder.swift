import Certificates
import Foundation

/// The folder of an issuer: account, last certificate and lock, all 0600, and a folder for each run.
///
/// lego works in a folder of the run's own that goes afterwards. So nothing that a killed run left behind is met by
/// the next, and what is kept has been written whole.
struct WorkFolder: Sendable {
    private static let runPrefix = "run-"

    private let configuration: ACMEConfiguration
    private var url: URL { self.configuration.folder }
    private var accountFile: OwnFile { OwnFile(url: self.url.appending(path: "account.json")) }
    private var certificateFile: OwnFile { OwnFile(url: self.url.appending(path: "certificate.json")) }
    /// To be held while anything else here is used.
    var lock: FolderLock { FolderLock(url: self.url.appending(path: "lock")) }

    /// Makes the folder if there is none.
    init(_ configuration: ACMEConfiguration) throws(ACMEError) {
        self.configuration = configuration
        try Self.make(configuration.folder)
        guard chmod(configuration.folder.path, 0o700) == 0 else {
            throw .system("cannot be made private", configuration.folder)
        }
    }

    /// Makes a folder, and those above it, that only the owner may look into.
    static func make(_ url: URL) throws(ACMEError) {
        do {
            try FileManager.default.createDirectory(
                at: url, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw .storage("cannot be made", "\(url.path): \(error.localizedDescription)")
        }
    }

    // MARK: - The account

    /// The account; nil if there is none for this authority and address, or none that can be read.
    func account() throws(ACMEError) -> ACMEAccount? {
        guard let data = try self.accountFile.read() else { return nil }
        // One that cannot be read is replaced by the next that is kept.
        guard let account = try? ACMEAccount(data: data), account.fits(self.configuration) else { return nil }
        return account
    }

    /// Keeps an account in place of the one before, which is set aside.
    func keep(_ account: ACMEAccount) throws(ACMEError) {
        let data = try account.data
        guard try self.accountFile.read() != data else { return }
        try self.accountFile.setAside()
        try self.accountFile.write(data)
    }

    /// Sets the account aside, for the next run to make another.
    func setAccountAside() throws(ACMEError) { try self.accountFile.setAside() }

    // MARK: - The certificate

    /// The last certificate, if it is good for the names at this time.
    func certificate(at now: Date) throws(ACMEError) -> CertificateBundle? {
        guard let data = try self.certificateFile.read(),
            // A file that cannot be read is replaced by the next certificate.
            let kept = try? JSONDecoder().decode(KeptCertificate.self, from: data)
        else { return nil }
        return kept.bundle(for: self.configuration, at: now)
    }

    /// Keeps a certificate in place of the one before.
    func keep(_ bundle: CertificateBundle) throws(ACMEError) {
        do {
            let data = try JSONEncoder().encode(KeptCertificate(bundle, from: self.configuration))
            try self.certificateFile.write(data)
        } catch let error as ACMEError {
            throw error
        } catch {
            throw .storage("cannot be written to", error.localizedDescription)
        }
    }

    // MARK: - Runs

    /// Makes a folder for one run, and removes those of runs that were killed.
    func makeRun() throws(ACMEError) -> URL {
        let contents: [URL]
        do {
            contents = try FileManager.default.contentsOfDirectory(at: self.url, includingPropertiesForKeys: nil)
        } catch {
            throw .storage("cannot be read", "\(self.url.path): \(error.localizedDescription)")
        }
        for url in contents where url.lastPathComponent.hasPrefix(Self.runPrefix) { self.remove(url) }
        let run = self.url.appending(path: Self.runPrefix + UUID().uuidString.lowercased())
        try Self.make(run)
        return run
    }

    /// Removes the folder of a run.
    func remove(_ run: URL) {
        // What cannot be removed now is tried again by the next run.
        try? FileManager.default.removeItem(at: run)
    }
}
