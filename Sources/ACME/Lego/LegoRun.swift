import Certificates
import Foundation
import Subprocess

/// One run of lego in a folder of its own, from an account - or none yet - to a certificate.
struct LegoRun {
    private let configuration: ACMEConfiguration
    private let folder: WorkFolder
    private let account: ACMEAccount?
    private let subject: FailureSubject

    init(_ configuration: ACMEConfiguration, folder: WorkFolder, account: ACMEAccount?) {
        self.configuration = configuration
        self.folder = folder
        self.account = account
        self.subject = FailureSubject(configuration)
    }

    /// The certificate.
    func bundle() async throws(ACMEError) -> CertificateBundle {
        guard let program = LegoCommand.find(self.configuration.lego) else { throw self.subject.error(.notInstalled) }
        let place = try self.folder.makeRun()
        defer { self.folder.remove(place) }
        try self.account?.write(for: self.configuration, in: place)
        let outcome = try await self.run(LegoCommand(self.configuration, program: program, folder: place))
        // An account is worth keeping whatever became of the order: authorities limit new ones.
        if let account = try ACMEAccount(of: self.configuration, in: place) { try self.folder.keep(account) }
        try self.check(outcome)
        return try self.read(place)
    }

    private func run(_ command: LegoCommand) async throws(ACMEError) -> Lego.Outcome {
        do {
            return try await Lego.run(command, atMost: self.configuration.timeLimit)
        } catch is CancellationError {
            throw self.subject.error(.cancelled)
        } catch {
            // Of a cancelled task every failure is one of the cancellation.
            if Task.isCancelled { throw self.subject.error(.cancelled) }
            throw self.subject.error(.failed, detail: "\(error)")
        }
    }

    private func check(_ outcome: Lego.Outcome) throws(ACMEError) {
        let secrets = Secrets(self.configuration.challenge.secrets)
        let detail = LegoFailure.detail(of: outcome.output, without: secrets)
        switch outcome.end {
        case .succeeded: return
        case .timedOut: throw self.subject.error(.timedOut, detail: detail)
        case .failed:
            let failure = LegoFailure(output: outcome.output)
            throw self.subject.error(
                failure.code, problem: failure.problem, retryAfter: failure.retryAfter, detail: detail)
        }
    }

    /// lego's files are named after the first name, with an underscore for the asterisk.
    private func read(_ place: URL) throws(ACMEError) -> CertificateBundle {
        let stem = place.appending(path: "certificates").appending(path: "_.\(self.configuration.baseDomain)")
        guard let chain = try OwnFile(url: stem.appendingPathExtension("crt")).read(),
            let key = try OwnFile(url: stem.appendingPathExtension("key")).read()
        else { throw self.subject.error(.unusableCertificate, detail: "lego wrote no certificate") }
        do {
            let bundle = try CertificateBundle(
                chainPEM: String(decoding: chain, as: UTF8.self), keyPEM: String(decoding: key, as: UTF8.self))
            // An authority's clock may be a little ahead of this one.
            try bundle.check(covering: self.configuration.names, at: max(.now, bundle.notBefore))
            return bundle
        } catch {
            throw self.subject.error(.unusableCertificate, detail: error.description)
        }
    }
}
