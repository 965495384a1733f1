import Workflow
import WorkflowTestKit

/// A store in front of another one, parts of which behave in a way of their own.
struct StoreStub: WorkflowStore {
    let base: MemoryWorkflowStore
    var renewing: (@Sendable () async throws -> Void)?
    var claiming: (@Sendable () async throws -> Void)?
    var isSilent = false

    func claim(_ request: ClaimRequest) async throws -> ClaimedRun? {
        try await self.claiming?()
        return try await self.base.claim(request)
    }

    func record(_ events: [RunEvent], under fence: Fence, then transition: RunTransition) async throws -> Fence {
        try await self.base.record(events, under: fence, then: transition)
    }

    func renew(_ fence: Fence, lease: Duration) async throws {
        try await self.renewing?()
        try await self.base.renew(fence, lease: lease)
    }

    func status(of run: RunID) async throws -> RunStatus? { try await self.base.status(of: run) }

    func watch(_ onChange: @Sendable () -> Void) async {
        guard self.isSilent else { return await self.base.watch(onChange) }
        // Hints may be lost: all of them, here.
        do { try await Gate().pass() } catch {}
    }
}
