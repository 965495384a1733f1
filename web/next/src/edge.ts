/**
 * Everything that runs on the Fetch API alone: in Next.js on either runtime, and anywhere else.
 *
 * @packageDocumentation
 */
export { createTenantMiddleware } from "./middleware/tenant-middleware.js";
export type { TenantMiddlewareOptions, TenantPages } from "./middleware/options.js";
export type { TenantDecision, TenantMiddleware } from "./middleware/decision.js";
export { withTenant } from "./next/with-tenant.js";
export type { NextRequestURL, NextResponses, PassedRequest } from "./next/with-tenant.js";
export { tenantFromHeaders } from "./headers/tenant-headers.js";
export type { RequestTenant } from "./headers/tenant-headers.js";
export type { Tenant } from "./tenants/tenant.js";
export { CacheRefusal } from "./cache/tenant-cache.js";
export type { CachedTenant, TenantCache } from "./cache/tenant-cache.js";
export { LookupFailure } from "./lookup/lookup-failure.js";
export type { LookupFailureKind } from "./lookup/lookup-failure.js";
export type { Trouble, TroubleReport } from "./directory/trouble.js";
