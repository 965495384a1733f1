import CCurl
import Mail

/// What libcurl calls during a transfer, on the thread that runs it.
enum SMTPCallbacks {
    /// Sets the callbacks; the handle keeps the state alive.
    static func install(on handle: inout CurlHandle, state: SMTPTransferState) throws(MailFailure) {
        handle.context = state
        let context = Unmanaged.passUnretained(state).toOpaque()
        try CurlHandle.check(
            bulkhead_curl_set_read(
                handle.raw,
                { buffer, size, count, context in
                    let target = UnsafeMutableRawBufferPointer(start: buffer, count: size * count)
                    return SMTPCallbacks.state(context).read(into: target)
                }, context))
        // Replies, which the next callback sees too; by default they would be printed.
        try CurlHandle.check(bulkhead_curl_set_write(handle.raw, { _, size, count, _ in size * count }, nil))
        try CurlHandle.check(
            bulkhead_curl_set_debug(
                handle.raw,
                { _, type, data, size, context in
                    let bytes = UnsafeRawBufferPointer(start: data, count: size)
                    switch type {
                    case CURLINFO_HEADER_IN: SMTPCallbacks.state(context).received(bytes)
                    case CURLINFO_HEADER_OUT: SMTPCallbacks.state(context).sent(bytes)
                    default: break
                    }
                    return 0
                }, context))
        try handle.set(CURLOPT_VERBOSE, 1)
        try CurlHandle.check(
            bulkhead_curl_set_progress(
                handle.raw, { context, _, _, _, _ in SMTPCallbacks.state(context).mustStop ? 1 : 0 }, context))
        try handle.set(CURLOPT_NOPROGRESS, 0)
    }

    private static func state(_ context: UnsafeMutableRawPointer?) -> SMTPTransferState {
        // Always the pointer that was given above.
        Unmanaged<SMTPTransferState>.fromOpaque(context!).takeUnretainedValue()
    }
}
