import assert from "node:assert/strict";
import { access, readFile, rename, writeFile } from "node:fs/promises";
import { eventually } from "./eventually.js";

/** A tenant of the running Bulkhead. */
export interface SeededTenant {
    readonly id: string;
    readonly name: string;
    readonly subdomain: string;
}

/** The servers that whoever started this program runs, as the environment names them. */
export const servers = {
    /** Where Bulkhead answers. */
    endpoint: variable("ENDPOINT"),
    /** Its service token. */
    token: variable("TOKEN"),
    /** Its base domain. */
    baseDomain: variable("BASE_DOMAIN"),
    /** Its tenants; each test file has some of its own. */
    tenants: JSON.parse(variable("TENANTS")) as readonly SeededTenant[],
    /** Where Redis answers. */
    redis: variable("REDIS_URL"),
};

/** The tenant with this subdomain. */
export function seeded(subdomain: string): SeededTenant {
    const tenant = servers.tenants.find((each) => each.subdomain === subdomain);
    assert(tenant !== undefined, `no tenant ${subdomain}`);
    return tenant;
}

let orders = 0;
/** Test files are processes of their own, at the same time. */
const writer = Math.random().toString(36).slice(2);

/**
 * Has something done to the servers by whoever started them, and waits until it is done: `redis pause`,
 * `bulkhead resume`, `tenant suspend acme`.
 *
 * An order is a file in a folder; its answer another one beside it.
 */
export async function order(text: string): Promise<void> {
    orders += 1;
    const path = `${variable("ORDERS")}/${writer}-${orders}`;
    await writeFile(`${path}.part`, text);
    await rename(`${path}.part`, `${path}.order`);
    await eventually(text, async () => await exists(`${path}.answer`), 60);
    assert.equal(await readFile(`${path}.answer`, "utf8"), "done", text);
}

async function exists(path: string): Promise<boolean> {
    try {
        await access(path);
        return true;
    } catch {
        return false;
    }
}

function variable(name: string): string {
    const value = process.env[`BULKHEAD_TEST_${name}`];
    if (value === undefined) throw new Error(`BULKHEAD_TEST_${name} is not set: run NextMiddlewareTests`);
    return value;
}
