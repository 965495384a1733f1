import Certificates
import Foundation

/// Decides which contents of the two files are taken, and which are complained about.
///
/// A refusal is reported once for each content, and only when the same content is found a second time: whoever replaces
/// two files does not do it in one moment.
struct CertificateOffers {
    /// What was found at the paths; the reason if it could not be read.
    struct Content: Hashable {
        var chain: Finding
        var key: Finding
    }

    /// One file.
    enum Finding: Hashable {
        case text(String)
        case unreadable(String)
    }

    /// What to do.
    enum Decision: Equatable {
        case keep
        case taken
        case refuse(String)
    }

    private var inUse: Content
    private var suspect: Refusal?
    private var reported: Refusal?

    private struct Refusal: Equatable {
        let content: Content
        let reason: String
    }

    /// Starts from what is in use already.
    init(inUse: Content) {
        self.inUse = inUse
    }

    /// Judges what was found; a content that was refused is judged again, as time may have made it valid.
    mutating func consider(
        _ content: Content, take: (CertificateBundle) throws(CertificateError) -> Void
    ) -> Decision {
        guard content != self.inUse else {
            self.suspect = nil
            self.reported = nil
            return .keep
        }
        do throws(Unusable) {
            try Self.offer(content, take)
        } catch {
            return self.refuse(Refusal(content: content, reason: error.reason))
        }
        self = CertificateOffers(inUse: content)
        return .taken
    }

    private mutating func refuse(_ refusal: Refusal) -> Decision {
        if self.reported == refusal { return .keep }
        guard self.suspect == refusal else {
            self.suspect = refusal
            return .keep
        }
        self.reported = refusal
        return .refuse(refusal.reason)
    }

    private struct Unusable: Error {
        let reason: String
    }

    private static func offer(
        _ content: Content, _ take: (CertificateBundle) throws(CertificateError) -> Void
    ) throws(Unusable) {
        do throws(CertificateError) {
            switch (content.chain, content.key) {
            case (.text(let chain), .text(let key)):
                try take(try CertificateBundle(chainPEM: chain, keyPEM: key))
            case (.unreadable(let reason), _), (_, .unreadable(let reason)):
                throw .unreadableFile(reason)
            }
        } catch {
            throw Unusable(reason: error.description)
        }
    }
}
