public import Foundation
public import LocalServers

/// A real SMTP server for tests: aiosmtpd in a process of its own, which takes mails or misbehaves as it is told.
///
/// It listens on 127.0.0.1, delivers nothing to anybody, and is gone when the test process ends, however it ends.
/// Needs Debian's `python3-aiosmtpd`.
public final class SMTPServer: Sendable, LendableServer {
    /// The TCP port on 127.0.0.1.
    public let port: Int
    /// Where the server keeps what it is told and what it took; gone after ``stop()``.
    public let folder: URL
    private let process: GuardedProcess

    /// The certificate of the authority that issued the server's, for clients that are to trust it.
    public var caFile: URL { self.folder.appending(path: "ca.pem") }

    private init(port: Int, folder: URL, process: GuardedProcess) {
        self.port = port
        self.folder = folder
        self.process = process
    }

    /// Starts a server and waits until it listens.
    ///
    /// - Parameters:
    ///   - options: How it is set up for its whole life.
    ///   - behaviour: What it does with all mails at first.
    /// - Throws: ``SMTPServerError`` with the server's log.
    public static func start(
        _ options: Options = Options(), behaviour: SMTPBehaviour = .accept
    ) async throws -> SMTPServer {
        let folder = FileManager.default.temporaryDirectory
            .appending(path: "bulkhead-smtp-" + UUID().uuidString.lowercased(), directoryHint: .isDirectory)
        try FileManager.default.createDirectory(
            at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        let port = try options.port ?? FreePort.reserve()
        try SMTPServerFiles.write(options, port: port, to: folder)
        let log = folder.appending(path: "server.log")
        let process = try GuardedProcess(
            self.python + ["-u", folder.appending(path: "server.py").path, folder.path],
            user: nil, log: log, lastSignal: "KILL", removing: [folder])
        let server = SMTPServer(port: port, folder: folder, process: process)
        try server.setBehaviour(behaviour)
        try await server.waitUntilReady(log: log)
        return server
    }

    /// Lends a server for as long as `body` runs.
    public static func withServer<Value>(
        _ options: Options = Options(), behaviour: SMTPBehaviour = .accept,
        _ body: (SMTPServer) async throws -> Value
    ) async throws -> Value {
        try await self.start(options, behaviour: behaviour).lent(to: body)
    }

    /// Changes what the server does from the next command on.
    ///
    /// - Parameters:
    ///   - behaviour: In place of what was set for the same recipients before; counting begins anew.
    ///   - recipient: The local part of the recipients that are meant (at MAIL FROM, of the sender); nil is all that
    ///     have no behaviour of their own.
    public func setBehaviour(_ behaviour: SMTPBehaviour, for recipient: String? = nil) throws {
        try SMTPServerFiles.setRule(behaviour, for: recipient, in: self.folder)
    }

    /// The mails that the server took, oldest first; one that came twice is there twice.
    public func messages() throws -> [Message] {
        try SMTPServerFiles.lines(of: "messages.jsonl", in: self.folder)
    }

    /// What the server was asked, oldest first: one event for each command that ended a mail, for better or worse.
    public func events() throws -> [Event] {
        try SMTPServerFiles.lines(of: "events.jsonl", in: self.folder)
    }

    /// Kills the server and removes its folder.
    public func stop() async throws {
        self.process.signal("KILL")
        guard try await self.process.wait(atMost: .seconds(10)) != nil else {
            throw SMTPServerError("The SMTP server on port \(self.port) does not stop.")
        }
        // The guardian may have removed it already.
        try? FileManager.default.removeItem(at: self.folder)
    }

    /// Debian's own Python, if there is one: another one on the path does not have its packages.
    private static var python: [String] {
        FileManager.default.isExecutableFile(atPath: "/usr/bin/python3")
            ? ["/usr/bin/python3"] : ["/usr/bin/env", "python3"]
    }

    private func waitUntilReady(log: URL) async throws {
        let clock = ContinuousClock()
        let deadline = clock.now + .seconds(30)
        while true {
            let text = try String(contentsOf: log, encoding: .utf8)
            if text.contains("ready \(self.port)\n") { return }
            if self.process.status != nil {
                throw SMTPServerError(
                    "The SMTP server ended while starting. Is it installed? apt-get install python3-aiosmtpd\n\(text)")
            }
            guard clock.now < deadline else { throw SMTPServerError("The SMTP server was not ready in time.\n\(text)") }
            // Its log tells nobody that it has grown: ask again.
            try await Task.sleep(for: .milliseconds(10))
        }
    }
}

/// Why a test's SMTP server is of no use; with its log.
public struct SMTPServerError: Error, CustomStringConvertible {
    /// What happened.
    public let description: String

    init(_ description: String) { self.description = description }
}
