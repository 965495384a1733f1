public import Tenancy

/// What an operator does with mail on its way.
public struct DeliveryService: Sendable {
    private let deliveries: any DeliveryRepository

    /// A service over this port.
    public init(deliveries: any DeliveryRepository) {
        self.deliveries = deliveries
    }

    /// A page of mails, of one tenant or of all, ordered by time of creation, then id.
    public func list(of tenant: TenantID?, _ page: PageRequest) async throws -> Page<Delivery> {
        try await self.deliveries.deliveries(of: tenant, page)
    }

    /// One mail.
    ///
    /// - Throws: ``DomainError/notFound(_:)``.
    public func get(_ id: DeliveryID) async throws -> Delivery {
        guard let delivery = try await self.deliveries.delivery(id) else { throw DomainError.notFound("delivery") }
        return delivery
    }

    /// Queues a mail anew; see ``DeliveryRepository/resend(_:by:requestID:once:)``.
    public func resend(
        _ id: DeliveryID, by principal: Principal, requestID: String?, once: IdempotentCall<Delivery>?
    ) async throws -> Once<Delivery> {
        try await self.deliveries.resend(id, by: principal, requestID: requestID, once: once)
    }
}
