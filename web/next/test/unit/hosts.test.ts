import assert from "node:assert/strict";
import { test } from "node:test";
import { BaseDomain } from "../../src/hosts/base-domain.js";
import { hostName } from "../../src/hosts/host-name.js";
import { isSubdomain } from "../../src/hosts/subdomain.js";

test("every spelling of a host is one name", () => {
    for (const spelling of ["acme.example.com", "ACME.Example.COM", "acme.example.com.", "acme.example.com:443", "Acme.example.com.:80", "acme.example.com:00001", "acme.example.com:65535"]) {
        assert.equal(hostName(spelling), "acme.example.com", spelling);
    }
});

test("what is no plain host and port is refused", () => {
    const refused = [
        "", ".", "..", "acme..example.com", ".acme.example.com", "acme.example.com..", "acme.example.com:",
        "acme.example.com:65536", "acme.example.com:123456", "acme.example.com:80:80", "acme.example.com:8a",
        "acme.example.com:+80", "acme.example.com:-1", "user@acme.example.com", "user:pass@acme.example.com",
        "acme.example.com/", "acme.example.com?x", "acme.example.com#x", "acme.example.com\\", "acme example.com",
        "acme.example.com, globex.example.com", "acme.example.com,globex.example.com", "acme.example.com\t",
        "[::1]", "[::1]:80", "::1", "[fe80::1%25eth0]", "acme%2eexample.com", "acme*.example.com", "acme.example.com\0",
        "\u212aelvin.example.com", "m\u00fcller.example.com", "\u0430cme.example.com", "acme.example.com\u3002",
        "acme\uff0eexample\uff0ecom", `${"a".repeat(64)}.example.com`, `${"a.".repeat(128)}`,
    ];
    for (const text of refused) assert.equal(hostName(text), undefined, JSON.stringify(text));
    assert.equal(hostName("a.".repeat(126) + "a"), "a.".repeat(126) + "a");
    assert.equal(hostName(`${"a".repeat(63)}.example.com`), `${"a".repeat(63)}.example.com`);
});

test("a subdomain is what the server takes for one", () => {
    for (const label of ["abc", "a1b", "a-b", "acme-2", "a".repeat(63), "a--b", "abc--d"]) {
        assert.equal(isSubdomain(label), label.slice(2, 4) !== "--", label);
    }
    const refused = ["", "ab", "1ab", "-ab", "ab-", "a_b", "Abc", "xn--abc", "ab--c", "a.b", "a".repeat(64), "abc\n"];
    for (const label of refused) assert.equal(isSubdomain(label), false, JSON.stringify(label));
});

test("a host under the base domain is a tenant's, one that only looks like it is nobody's", () => {
    const domain = new BaseDomain("Example.com.", ["www.example.com", "EXAMPLE.com", "status.elsewhere.test"]);
    assert.deepEqual(domain.target("acme.example.com"), {
        kind: "tenant",
        subdomain: "acme",
        host: "acme.example.com",
    });
    for (const host of ["www.example.com", "example.com", "status.elsewhere.test"]) {
        assert.equal(domain.target(host).kind, "public", host);
    }
    const unknown = ["a.acme.example.com", "acmeexample.com", "acme.example.com.evil.test", "acme.example.org", "com", "127.0.0.1", "localhost", "xn--acme.example.com", "ac.example.com", ".example.com"];
    for (const host of unknown) assert.equal(domain.target(host).kind, "unknown", host);
});

test("a base domain that is none is refused when the program starts", () => {
    for (const name of ["", "example.com:80", "*.example.com", "https://example.com", "[::1]"]) {
        assert.throws(() => new BaseDomain(name, []), /baseDomain/);
        assert.throws(() => new BaseDomain("example.com", [name]), /publicHosts/);
    }
});
