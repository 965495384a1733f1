import Foundation

/// A pair of connected sockets that no child inherits by accident: a pipe, in effect.
enum SocketPair {
    static func make() throws(LocalServerError) -> (Int32, Int32) {
        var ends: [Int32] = [-1, -1]
        #if canImport(Darwin)
            guard socketpair(AF_UNIX, SOCK_STREAM, 0, &ends) == 0 else { throw .system("cannot make a socket pair") }
            var yes: Int32 = 1
            for end in ends {
                _ = fcntl(end, F_SETFD, FD_CLOEXEC)
                setsockopt(end, SOL_SOCKET, SO_NOSIGPIPE, &yes, socklen_t(MemoryLayout<Int32>.size))
            }
        #else
            // Close-on-exec from the first moment on: another thread may start a child at any time.
            let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
            guard socketpair(AF_UNIX, type, 0, &ends) == 0 else { throw .system("cannot make a socket pair") }
        #endif
        return (ends[0], ends[1])
    }
}
