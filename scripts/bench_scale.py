"""What the number of tenants costs: rows in the catalog, and real tenants."""

import os, statistics, tempfile

from bench_requests import LIMIT, load, wrk_script

SIZES = (10, 1_000, 10_000, 100_000)
REAL = 1_000
# A tenant's record takes no more than this; it has no schema, and nobody asks it for rows.
FILL = """
    WITH new AS (SELECT gen_random_uuid() AS id, number FROM generate_series({0}, {1}) number)
    INSERT INTO public.tenants (id, name, subdomain, tier, schema_name)
    SELECT id, 'Bench ' || number, 'bench-' || number, 'standard', 'tenant_' || replace(id::text, '-', '') FROM new;
    ANALYZE public.tenants"""


def catalog(dev, rounds, seconds):
    """CPU a request with more and more tenants in the catalog; the ten that are asked stay the same."""
    real = int(dev.psql("SELECT count(*) FROM public.tenants"))
    script = wrk_script(dev)
    load(dev, script, 2)
    print(f"\nGET /api/tenant/clients?limit={LIMIT} of {len(dev.tokens)} tenants, by tenants in the catalog")
    first, worst = None, 1
    for size in SIZES:
        present = int(dev.psql("SELECT count(*) FROM public.tenants"))
        if size > present:
            dev.psql(FILL.format(present + 1, size))
        figures = [load(dev, script, seconds) for _ in range(rounds)]
        cpu = statistics.median(row[3] + row[4] for row in figures)
        first = first or cpu
        worst = max(worst, cpu / first)
        print(f"  {max(size, real):>7}   {cpu:>6.0f} us a request   {cpu / first:.2f} x")
    print(f"  largest {worst:.2f} x the smallest (wanted: at most 1.20) {'PASS' if worst <= 1.2 else 'FAIL'}")


def promises(dev, seconds):
    """At many real tenants: every request enters another tenant's context; every host is looked up in memory."""
    script = wrk_script(dev)
    load(dev, script, 5)
    p99 = load(dev, script, seconds * 2, connections=8)[2]
    print(f"\n{len(dev.tokens)} real tenants, 8 connections, a random tenant each time")
    print(f"  a context and a page of {LIMIT} rows, p99 {p99:.1f} ms (promise: under 100 ms) "
          f"{'PASS' if p99 < 100 else 'FAIL'}")
    p99 = load(dev, lookup_script(dev), seconds, connections=8)[2]
    print(f"  a lookup that is remembered, over HTTP, p99 {p99:.1f} ms (promise: under 50 ms) "
          f"{'PASS' if p99 < 50 else 'FAIL'}")


def lookup_script(dev):
    """Asks for which tenant a host stands."""
    path = os.path.join(dev.folder.name, "lookup.lua")
    requests = ",\n".join(
        f'"GET /api/edge/tenants?host={t["subdomain"]}.{dev.info["baseDomain"]} HTTP/1.1\\r\\n'
        f'Host: {dev.info["baseDomain"]}\\r\\nAuthorization: Bearer {dev.edge_token}\\r\\n\\r\\n"' for t in dev.tokens)
    with open(wrk_script(dev)) as file:
        rest = file.read().split("\n}\n", 1)[1]
    with open(path, "w") as file:
        file.write("local all = {\n" + requests + "\n}\n" + rest)
    return path
