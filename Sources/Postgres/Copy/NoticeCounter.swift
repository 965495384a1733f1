import CLibPQ

/// Counts the notices of a connection, whose texts nobody wants.
///
/// libpq does not say what it reads while rows are sent; a notice is the only thing that is no failure.
final class NoticeCounter {
    private(set) var count: UInt64 = 0

    /// Counts from now on; the counter must outlive the connection.
    func attach(to connection: OpaquePointer) {
        PQsetNoticeReceiver(
            connection,
            { context, _ in
                guard let context else { return }
                Unmanaged<NoticeCounter>.fromOpaque(context).takeUnretainedValue().count += 1
            }, Unmanaged.passUnretained(self).toOpaque())
    }
}
