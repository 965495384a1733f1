/// What a ``TenantID`` identifies.
public enum TenantKind {}
/// What a ``UserID`` identifies.
public enum UserKind {}
/// What an ``AdminID`` identifies.
public enum AdminKind {}
/// What a ``ClientID`` identifies.
public enum ClientKind {}

/// Identifies a tenant for its whole life; never reused.
public typealias TenantID = Identifier<TenantKind>
/// Identifies a member of one tenant; means nothing without the tenant.
public typealias UserID = Identifier<UserKind>
/// Identifies a global administrator, who belongs to no tenant.
public typealias AdminID = Identifier<AdminKind>
/// Identifies a client of one tenant; means nothing without the tenant.
public typealias ClientID = Identifier<ClientKind>
