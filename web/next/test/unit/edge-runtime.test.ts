import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const program = fileURLToPath(new URL("../support/edge-runtime.js", import.meta.url));

function run(entry: string, ...parameters: string[]): { status: number | null; stdout: string; stderr: string } {
    const flags = ["--experimental-vm-modules", "--no-warnings"];
    return spawnSync(process.execPath, [...flags, program, entry, ...parameters], { encoding: "utf8" });
}

test("the edge entry needs nothing but the Fetch API, and works with it", async () => {
    const result = run("edge.js");
    assert.equal(result.status, 0, result.stderr);
    const report = JSON.parse(result.stdout) as { modules: string[]; decisions: string[] };
    assert(report.modules.length > 15, "all modules are there");
    assert.deepEqual(report.decisions, [
        "continue acme 018f0000-0000-7000-8000-000000000001",
        "continue acme 018f0000-0000-7000-8000-000000000001",
        "answer 404",
        "answer 400",
        "next",
        "asked 2",
    ]);
});

test("the entry for Node.js would not load there, so the check can fail", () => {
    const result = run("node.js");
    assert.notEqual(result.status, 0);
    assert.match(result.stderr, /node:crypto is not there/);
});

test("the package's exports lead to these entries", async () => {
    const text = await readFile(new URL("../../../package.json", import.meta.url), "utf8");
    const { exports } = JSON.parse(text) as { exports: Record<string, { default: string; types: string }> };
    assert.deepEqual(Object.keys(exports), [".", "./edge", "./node"]);
    for (const entry of Object.values(exports)) {
        for (const path of [entry.default, entry.types]) await readFile(new URL(`../../../${path}`, import.meta.url), "utf8");
        const module = (await import(new URL(`../../../${entry.default}`, import.meta.url).href)) as object;
        assert("createTenantMiddleware" in module && "withTenant" in module && "tenantFromHeaders" in module);
    }
});
