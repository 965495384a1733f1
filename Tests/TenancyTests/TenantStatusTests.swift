import Tenancy
import Testing

@Suite("The life of a tenant")
struct TenantStatusTests {
    static let transitions: [TenantStatus: Set<TenantStatus>] = [
        .provisioning: [.active, .failed, .deleting],
        .failed: [.provisioning, .deleting],
        .active: [.readOnly, .maintenance, .suspended, .deleting],
        .readOnly: [.active, .maintenance, .suspended, .deleting],
        .maintenance: [.active, .readOnly, .suspended, .deleting],
        .suspended: [.active, .readOnly, .maintenance, .deleting],
        .deleting: [.deleted],
        .deleted: [.active, .purging],
        .purging: [.purged],
        .purged: [],
    ]

    @Test(arguments: TenantStatus.allCases, TenantStatus.allCases)
    func `A tenant may go exactly where the table says`(_ from: TenantStatus, _ next: TenantStatus) {
        #expect(from.mayBecome(next) == Self.transitions[from]?.contains(next))
    }

    @Test func `Nothing follows itself, and every status can come to its end`() {
        for status in TenantStatus.allCases {
            #expect(!status.mayBecome(status))
            var reached: Set<TenantStatus> = [status]
            while true {
                let next = reached.union(reached.flatMap(\.successors))
                if next == reached { break }
                reached = next
            }
            #expect(reached.contains(.purged))
        }
    }

    @Test func `Requests get what the status says`() {
        let admissions: [TenantStatus: TenantAdmission] = [
            .provisioning: .tryLater, .active: .served, .readOnly: .readsOnly, .maintenance: .tryLater,
            .suspended: .suspended, .deleting: .unknown, .deleted: .unknown, .purging: .unknown, .purged: .unknown,
            .failed: .unavailable,
        ]
        for status in TenantStatus.allCases { #expect(status.admission == admissions[status]) }
    }
}
