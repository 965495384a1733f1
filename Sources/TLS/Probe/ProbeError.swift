import Foundation
import NIOCore
import NIOPosix

/// Why a handshake proves nothing, or the contrary of what was to be proved.
public struct ProbeError: Error, Sendable, CustomStringConvertible {
    /// What kind of failure it is.
    public enum Code: String, Sendable, Hashable {
        /// Nobody listens there.
        case refused
        /// No connection for another reason.
        case unreachable
        /// The deadline has passed.
        case timeout
        /// Whoever listens there does not finish a handshake.
        case handshakeFailed
        /// The certificate is no longer valid.
        case expired
        /// The certificate is not valid yet.
        case notYetValid
        /// The certificate is for other hosts.
        case nameMismatch
        /// No way leads to a root that is trusted.
        case untrusted
    }

    /// What kind of failure it is.
    public let code: Code
    /// What happened, to what, and what to do.
    public let description: String
    /// What the server has shown, if the handshake came that far.
    public let evidence: HandshakeEvidence?

    init(_ code: Code, _ description: String, evidence: HandshakeEvidence? = nil) {
        self.code = code
        self.description = description
        self.evidence = evidence
    }
}

extension ProbeError {
    /// What a connection or a handshake ended with.
    init(_ error: any Error, at address: String) {
        switch error {
        case let error as ProbeError: self = error
        case ChannelError.connectTimeout: self = .timeout(address)
        default:
            guard let codes = Self.socketErrors(error) else {
                self.init(
                    .handshakeFailed,
                    "\(address) does not finish a TLS handshake (\(error)); look whether it speaks TLS 1.2 or 1.3")
                return
            }
            if !codes.isEmpty, codes.allSatisfy({ $0 == ECONNREFUSED }) {
                self.init(.refused, "nobody listens at \(address); start the listener, or correct the address")
            } else {
                self.init(.unreachable, "\(address) cannot be reached (\(error)); look at the network and the address")
            }
        }
    }

    static func timeout(_ address: String) -> ProbeError {
        ProbeError(.timeout, "\(address) did not finish a TLS handshake in time; look whether it hangs")
    }

    /// The numbers of what failed in connecting; nil if it was something later.
    private static func socketErrors(_ error: any Error) -> [CInt]? {
        switch error {
        case let error as IOError: error.errnoCode == ECONNRESET ? nil : [error.errnoCode]
        case let error as NIOConnectionError:
            error.connectionErrors.map { ($0.error as? IOError)?.errnoCode ?? 0 }
        case is SocketAddressError: []
        default: nil
        }
    }
}
