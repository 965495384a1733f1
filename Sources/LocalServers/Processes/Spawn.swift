import Foundation

/// One call of `posix_spawn`, with nothing of ours leaking into the child.
///
/// The child gets its own session (so Ctrl-C in a terminal reaches the owner alone, which then stops its servers in
/// order), default signal dispositions, no descriptor but the three standard ones and exactly the environment given
/// here.
struct Spawn {
    /// The program, by absolute path, and its arguments.
    var arguments: [String]
    var environment: [String: String] = Spawn.plainEnvironment
    /// Descriptors of this process for the child's standard streams; nil is `/dev/null`.
    var input: Int32?
    var output: Int32?
    var error: Int32?

    /// What the servers and tools need and no more: the caller's PG* variables would change what they do.
    static var plainEnvironment: [String: String] {
        ["PATH": "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", "HOME": "/", "LC_ALL": "C", "TZ": "UTC"]
    }

    /// Starts the child and returns its process id; the caller must wait for it.
    func start() throws(LocalServerError) -> pid_t {
        #if canImport(Darwin)
            var actions: posix_spawn_file_actions_t?
            var attributes: posix_spawnattr_t?
        #else
            var actions = posix_spawn_file_actions_t()
            var attributes = posix_spawnattr_t()
        #endif
        posix_spawn_file_actions_init(&actions)
        posix_spawnattr_init(&attributes)
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        for (target, source) in [(Int32(0), input), (1, output), (2, error)] {
            if let source {
                posix_spawn_file_actions_adddup2(&actions, source, target)
            } else {
                posix_spawn_file_actions_addopen(&actions, target, "/dev/null", target == 0 ? O_RDONLY : O_WRONLY, 0)
            }
        }
        for descriptor in Self.inheritable { posix_spawn_file_actions_addclose(&actions, descriptor) }
        var none = sigset_t()
        var all = sigset_t()
        sigemptyset(&none)
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setflags(&attributes, Self.flags)

        var pid: pid_t = 0
        let result = withCStrings(arguments) { argv in
            withCStrings(environment.map { "\($0.key)=\($0.value)" }) { envp in
                posix_spawn(&pid, arguments[0], &actions, &attributes, argv, envp)
            }
        }
        guard result == 0 else {
            throw LocalServerError(.system, "cannot start \(arguments[0]): \(String(cString: strerror(result)))")
        }
        return pid
    }
}

extension Spawn {
    #if canImport(Darwin)
        private static let flags = Int16(
            truncatingIfNeeded: POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSID
                | POSIX_SPAWN_CLOEXEC_DEFAULT)
        /// Closed by POSIX_SPAWN_CLOEXEC_DEFAULT.
        private static let inheritable: [Int32] = []
    #else
        // POSIX_SPAWN_SETSID is 0x80 in glibc and musl, whose headers show it to _GNU_SOURCE only.
        private static let flags = Int16(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | 0x80)
        // Descriptors that other code opened without close-on-exec. One that is closed in between does no harm.
        private static var inheritable: [Int32] {
            // Without /proc nothing can be listed, and close-on-exec alone has to do.
            let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
            return names.compactMap { Int32($0) }.filter { descriptor in
                let flags = fcntl(descriptor, F_GETFD)
                return descriptor > 2 && flags >= 0 && flags & FD_CLOEXEC == 0
            }
        }
    #endif
}

/// Lends a null-terminated array of C strings.
private func withCStrings<Value>(
    _ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Value
) -> Value {
    let pointers = strings.map { strdup($0) } + [nil]
    defer { for pointer in pointers { free(pointer) } }
    return body(pointers)
}
