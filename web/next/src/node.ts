/**
 * What the edge entry has, and what needs Node.js: a cache in Redis.
 *
 * @packageDocumentation
 */
export * from "./edge.js";
export { RedisTenantCache } from "./cache/redis-tenant-cache.js";
export type { RedisTenantCacheOptions } from "./cache/redis-tenant-cache.js";
export type { RedisClient, RedisClientSettings } from "./cache/redis-connection.js";
