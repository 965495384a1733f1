import CLibPQ

/// One connection to the server.
///
/// Belongs to the I/O thread, which alone touches the `PGconn`: libpq allows one thread at a time to use a connection
/// (manual, section 34.20).
final class Connection {
    /// What happened while the socket was served, for the owner to act on afterwards.
    enum Event {
        case finished(InFlightBatch, BatchProgress.Verdict)
        case copyProgressed
        case lost(PostgresError)
    }

    let id: ConnectionID
    let pointer: OpaquePointer
    var statements: PreparedStatements
    var inFlight = FIFO<InFlightBatch>()
    var events: [Event] = []
    /// Whether bytes wait for the socket to take them.
    var isOutputBlocked = false
    /// What the poller was told last.
    var interest: Readiness = .read
    var copy: CopyTransfer?
    /// The COPY that rows are sent for.
    var intake: CopyIntake?
    let notices = NoticeCounter()
    /// Whether notifications are kept for the owner; otherwise they are thrown away.
    var keepsNotifications = false
    var notifications: [PostgresNotification] = []
    /// Who the connection is lent to.
    var lease: LeaseSession?
    /// What the batches behind one that left its transaction open are told.
    var followersError: PostgresError?
    private(set) var isLost = false
    var scratch = ParameterScratch()
    let parameters: SessionParameters

    /// Takes over an open connection.
    init(id: ConnectionID, link: ServerLink, statementCapacity: Int) {
        self.id = id
        self.pointer = link.take()
        self.statements = PreparedStatements(capacity: statementCapacity)
        self.parameters = SessionParameters(of: self.pointer)
        self.notices.attach(to: self.pointer)
        PQsetnonblocking(self.pointer, 1)
        PQenterPipelineMode(self.pointer)
    }

    deinit {
        PQfinish(self.pointer)
    }

    var socket: Int32 { PQsocket(self.pointer) }

    /// Exact only while nothing is in flight.
    var status: SessionStatus {
        switch PQtransactionStatus(self.pointer) {
        case PQTRANS_IDLE: .idle
        case PQTRANS_INTRANS: .inTransaction
        case PQTRANS_INERROR: .inFailedTransaction
        default: .unknown
        }
    }

    var hasParameterChange: Bool { self.parameters.hasChanged(on: self.pointer) }

    /// Reads what the socket has, and acts on the answers that are complete.
    func readable() {
        guard !self.isLost else { return }
        let notices = self.notices.count
        let isOpen = PQconsumeInput(self.pointer) == 1
        if self.copy != nil { self.continueCopy() }
        if self.intake != nil { self.continueCopyIn(noticesBefore: notices, isReadable: true, .now) }
        if self.copy == nil && self.intake == nil { self.readAnswers() }
        self.readNotifications()
        if !isOpen || PQstatus(self.pointer) == CONNECTION_BAD { self.lose(self.libpqError) }
    }

    /// Writes what the socket did not take before.
    func writable() {
        guard !self.isLost else { return }
        self.flush()
        self.intake?.deliver(hasRoom: !self.isOutputBlocked)
    }

    func flush() {
        switch PQflush(self.pointer) {
        case 0: self.isOutputBlocked = false
        case 1: self.isOutputBlocked = true
        default:
            // What the server sent before it closed the connection says more than the failed write.
            self.readable()
            self.lose(self.libpqError)
        }
    }

    func lose(_ detail: String) {
        guard !self.isLost else { return }
        self.isLost = true
        self.events.append(.lost(.connectionLost(.unknown, detail)))
    }

    var libpqError: String {
        PQerrorMessage(self.pointer).map { String(cString: $0) } ?? ""
    }

    /// Taken in any case: an injected LISTEN must not fill the memory.
    private func readNotifications() {
        while let notification = PQnotifies(self.pointer) {
            if self.keepsNotifications {
                self.notifications.append(
                    PostgresNotification(
                        channel: String(cString: notification.pointee.relname),
                        payload: String(cString: notification.pointee.extra), pid: notification.pointee.be_pid))
            }
            PQfreemem(notification)
        }
    }
}
