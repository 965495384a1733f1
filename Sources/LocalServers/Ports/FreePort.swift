import Foundation
import Synchronization

/// Finds TCP ports on 127.0.0.1 for private servers.
///
/// Ports come from 20000-32767, below the range from which systems take the ports of outgoing connections, so that
/// none is taken between being found free and being listened on.
public enum FreePort {
    private static let range = 20_000...32_767
    private static let handedOut = Mutex<Set<Int>>([])

    /// A port that is free now and that this process has not handed out before.
    ///
    /// - Throws: ``LocalServerError`` with code `portTaken` when a thousand ports in a row are taken.
    public static func reserve() throws(LocalServerError) -> Int {
        for _ in 0..<1_000 {
            let port = Int.random(in: range)
            let isNew = handedOut.withLock { $0.insert(port).inserted }
            if isNew, isFree(port) { return port }
        }
        throw LocalServerError(.portTaken, "No free TCP port was found between 20000 and 32767.")
    }

    /// Whether a server could listen on 127.0.0.1 at this port now.
    public static func isFree(_ port: Int) -> Bool {
        guard let number = UInt16(exactly: port), number > 0 else { return false }
        #if canImport(Darwin)
            let type = SOCK_STREAM
        #else
            let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        #endif
        let descriptor = socket(AF_INET, type, 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        // As servers do: connections of an earlier server in TIME_WAIT do not matter, a listener does.
        var yes: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = number.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }
}
