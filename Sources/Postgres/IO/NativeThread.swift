import CLibPQ

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A thread of the operating system, for what must not run on the threads of Swift's concurrency.
struct NativeThread: Sendable {
    /// What the new thread is started with.
    private final class Start: Sendable {
        let name: String
        let body: @Sendable () -> Void

        init(name: String, body: @escaping @Sendable () -> Void) {
            self.name = name
            self.body = body
        }
    }

    private let identifier: Identifier

    #if canImport(Darwin)
        // A pthread_t is a pointer there, which is only ever handed back to pthread_join.
        private struct Identifier: @unchecked Sendable { let value: pthread_t }
    #else
        private struct Identifier: Sendable { let value: pthread_t }
    #endif

    /// Starts a thread.
    ///
    /// Fails only when the system is out of threads.
    init(name: String, _ body: @escaping @Sendable () -> Void) throws {
        let start = Unmanaged.passRetained(Start(name: name, body: body))
        #if canImport(Darwin)
            var thread: pthread_t?
            let result = pthread_create(&thread, nil, { nativeThreadMain($0) }, start.toOpaque())
        #else
            var thread = pthread_t()
            let result = pthread_create(&thread, nil, { nativeThreadMain($0) }, start.toOpaque())
        #endif
        guard result == 0 else {
            start.release()
            throw PostgresError(
                .unsupported, "The system refused to start a thread.", outcome: .notSent,
                internalDetail: "pthread_create: \(result)")
        }
        #if canImport(Darwin)
            self.identifier = Identifier(value: thread!)
        #else
            self.identifier = Identifier(value: thread)
        #endif
    }

    /// Waits for the end of the thread.
    ///
    /// Call it only when the thread has said that it is about to end.
    func join() {
        pthread_join(self.identifier.value, nil)
    }

    /// Lets the thread end by itself, without anybody waiting for it.
    func detach() {
        pthread_detach(self.identifier.value)
    }

    private static func run(_ argument: UnsafeMutableRawPointer) {
        let start = Unmanaged<Start>.fromOpaque(argument).takeRetainedValue()
        bulkhead_name_this_thread(start.name)
        start.body()
    }

    fileprivate static func main(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
        if let argument { self.run(argument) }
        return nil
    }
}

private func nativeThreadMain(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    NativeThread.main(argument)
}
