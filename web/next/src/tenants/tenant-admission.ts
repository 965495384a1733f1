import type { Refusal } from "../problems/refusal.js";
import * as refusals from "../problems/refusals.js";

/** Methods that read, as Bulkhead's server counts them; OPTIONS asks about writing and does none. */
const reads = new Set(["GET", "HEAD", "OPTIONS"]);

/**
 * The refusal that a tenant's status demands, or undefined if the request may pass.
 *
 * A status that this version does not know is one that an operator chose with care: not served.
 *
 * @param allowsWrite - whether this request may write in a read-only tenant, such as one that signs somebody in.
 */
export function refusalByStatus(status: string, method: string, allowsWrite: () => boolean): Refusal | undefined {
    switch (status) {
        case "active":
            return undefined;
        case "readOnly":
            return reads.has(method) || allowsWrite() ? undefined : refusals.tenantReadOnly;
        case "maintenance":
            return refusals.tenantMaintenance;
        case "provisioning":
            return refusals.tenantProvisioning;
        case "suspended":
            return refusals.tenantSuspended;
        case "deleting":
        case "deleted":
        case "purging":
        case "purged":
            return refusals.tenantNotFound;
        default:
            return refusals.tenantUnavailable;
    }
}
