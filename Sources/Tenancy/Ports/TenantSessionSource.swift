/// Something that lends tenants' sessions, given a ``TenantAccess``.
///
/// A mark only: what a session is depends on where the rows are, and the code that serves requests does not know that.
/// Whoever knows both gives request handlers a way from the one to the other.
public protocol TenantSessionSource: Sendable {}
