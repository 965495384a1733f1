import Foundation
import Synchronization

/// A child of this process that is always waited for, on a thread of its own, so that none stays as a zombie and no
/// cooperative thread blocks.
final class ChildProcess: Sendable {
    /// Set once the child has ended and was waited for.
    let exit: ExitSignal
    private let live: Live

    /// The process id, for as long as it certainly means this child.
    private final class Live: Sendable {
        let pid: Mutex<pid_t?>
        init(_ pid: pid_t) { self.pid = Mutex(pid) }
    }

    /// Starts the child; `whenEnded` runs on the waiting thread before anybody learns of the end.
    init(_ spawn: Spawn, whenEnded: @escaping @Sendable () -> Void = {}) throws(LocalServerError) {
        let pid = try spawn.start()
        let live = Live(pid)
        let exit = ExitSignal()
        self.live = live
        self.exit = exit
        Thread.detachNewThread {
            var information = siginfo_t()
            // WNOWAIT leaves the process id taken until the lock is held: a signal never goes to a stranger.
            while waitid(P_PID, id_t(pid), &information, WEXITED | WNOWAIT) == -1, errno == EINTR {}
            var status: Int32 = 0
            live.pid.withLock { held in
                while waitpid(pid, &status, 0) == -1, errno == EINTR {}
                held = nil
            }
            whenEnded()
            exit.set(Termination(waitStatus: status))
        }
    }

    /// The process id; nil if the child has ended.
    var pid: pid_t? { live.pid.withLock { $0 } }

    /// Sends a signal, unless the child has ended.
    func signal(_ signal: Int32) {
        live.pid.withLock { pid in
            if let pid { _ = kill(pid, signal) }
        }
    }
}
