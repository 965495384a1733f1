import type { Refusal } from "./refusal.js";

/** 400: no host, two hosts, or something that is none. */
export const badHost: Refusal = {
    slug: "bad-host",
    status: 400,
    title: "The request names no usable host",
    detail: "Send exactly one Host (or :authority) that is a host name with an optional port.",
    isForPeople: false,
};

/** 404: no tenant has this host, or it had one that was deleted. */
export const tenantNotFound: Refusal = {
    slug: "tenant-not-found",
    status: 404,
    title: "There is no such tenant",
    detail: "No tenant answers at this address. Check the spelling of the host name.",
    isForPeople: true,
};

/** 403: the tenant takes no writes. */
export const tenantReadOnly: Refusal = {
    slug: "tenant-read-only",
    status: 403,
    title: "The tenant is read-only",
    detail: "Reading works; changes are refused until the operator lifts this.",
    isForPeople: false,
};

/** 403: an operator has stopped the tenant. */
export const tenantSuspended: Refusal = {
    slug: "tenant-suspended",
    status: 403,
    title: "This account is suspended",
    detail: "The operator has suspended this tenant. Contact the operator to have it resumed.",
    isForPeople: true,
};

/** 503: the tenant will be back by itself. */
export const tenantMaintenance: Refusal = {
    slug: "tenant-maintenance",
    status: 503,
    title: "Under maintenance",
    detail: "This tenant is being worked on and will be back. Try again in 30 s.",
    retryAfter: 30,
    isForPeople: true,
};

/** 503: the tenant is still being made. */
export const tenantProvisioning: Refusal = {
    slug: "tenant-provisioning",
    status: 503,
    title: "Almost ready",
    detail: "This tenant is being set up. Try again in 2 s.",
    retryAfter: 2,
    isForPeople: true,
};

/** 503 without a promise: an operator has to act. */
export const tenantUnavailable: Refusal = {
    slug: "tenant-unavailable",
    status: 503,
    title: "Not available",
    detail: "This tenant is not available. The operator has to look into it.",
    isForPeople: true,
};

/** 503: nobody could be asked who the tenant is, and nothing is remembered about it. */
export const directoryUnavailable: Refusal = {
    slug: "directory-unavailable",
    status: 503,
    title: "Not available at the moment",
    detail: "It could not be found out who answers at this address. Try again in 5 s.",
    retryAfter: 5,
    isForPeople: true,
};
