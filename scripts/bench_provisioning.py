"""Benchmarks of making tenants; see scripts/bench."""

import concurrent.futures, os, statistics, time, uuid

from bench_server import Context, Dev, post, run, sign_in

ROUNDS = 20
POOL = 30
AT_A_TIME = 8
WAITING = 100
MANY = int(os.environ.get("BENCH_TENANTS", "1000"))
PROMISE = 300
# Further apart than the default rate, so that nothing waits for its turn.
APART = 0.6


def provisioning(_):
    """Making tenants: alone, out of the warm pool, many at a time, and beside the requests of others."""
    print("\nProvisioning a tenant: record, schema, 11 tables, policies, settings, admin, proof, audit, mail")
    with Dev(4, 100) as dev:
        token = sign_in(dev)
        cold, reference = pairs(dev, token, "cold")
        report("POST /api/admin/tenants, until it is active", cold, reference, 2)
        neighbours(dev, token)
    with Dev(4, 100, PROVISIONING_WARM_POOL=POOL) as dev:
        wait_for_pool(dev)
        warm, reference = pairs(dev, sign_in(dev), "warm")
        report("the same with a warm pool", warm, reference, 1 / 3)
    with Dev(4, 100, PROVISIONING_CONCURRENCY=AT_A_TIME, PROVISIONING_RATE="unlimited",
             DATABASE_CONNECTIONS=24) as dev:
        many(dev, sign_in(dev))


def pairs(dev, token, name):
    """Seconds of tenants over HTTP, and of the same DDL in one transaction by psql, alternating."""
    ddl, context = run(dev.binary, "schema", "print", "--sql"), Context(dev)
    ours, reference = [], []
    for number in range(ROUNDS):
        time.sleep(APART)
        ours.append(create(dev, token, f"{name}{number:04d}"))
        time.sleep(APART)
        reference.append(transaction(dev, ddl, context))
    return statistics.median(ours), statistics.median(reference)


def create(dev, token, subdomain):
    """Seconds until the whole workflow is done and the client has the answer."""
    start = time.perf_counter()
    tenant = post(dev, "/api/admin/tenants", {"name": "Bench", "subdomain": subdomain, "tier": "standard",
                  "adminEmail": "a@bench.example"}, token, Prefer="wait=60")
    if tenant["status"] != "active":
        raise SystemExit(f"provisioning: {subdomain} is {tenant['status']}")
    return time.perf_counter() - start


def transaction(dev, ddl, context):
    """Seconds of the DDL of a tenant in one transaction."""
    tenant = str(uuid.uuid4())
    schema = "tenant_" + tenant.replace("-", "")
    values = ", ".join(f"'{value}'" for value in context.values(tenant, "rw"))
    enter = f"SELECT bulkhead.enter_tenant({values})".replace("'5000', '1000', '5000'", "5000, 1000, 5000")
    clock = "SELECT 'clock', extract(epoch FROM clock_timestamp());\n"
    path = os.path.join(dev.folder.name, "ddl.sql")
    with open(path, "w") as file:
        file.write(f"{clock}BEGIN; SET LOCAL ROLE bulkhead_owner; CREATE SCHEMA {schema}; "
                   f"GRANT USAGE ON SCHEMA {schema} TO bulkhead_app; {enter};\n"
                   + ddl.replace("00000000-0000-0000-0000-000000000000", tenant) + f"COMMIT;\n{clock}")
    # Timed by the server's clock from the first statement on: starting psql is not provisioning.
    times = [float(line.split("|")[1]) for line in dev.psql(None, "control", path).splitlines()
             if line.startswith("clock|")]
    return times[1] - times[0]


def report(title, ours, reference, wanted):
    print(f"  {title:<44} {ours * 1000:>7.1f} ms")
    print(f"  {'the same DDL in one transaction by psql':<44} {reference * 1000:>7.1f} ms")
    print(f"  {'ratio':<44} {ours / reference:>7.2f}      "
          f"(wanted: at most {wanted:.2f}) {'PASS' if ours / reference <= wanted else 'FAIL'}")


def wait_for_pool(dev):
    deadline = time.time() + 120
    while int(dev.psql("SELECT count(*) FROM bulkhead.warm_tenants WHERE proof IS NOT NULL")) < POOL:
        if time.time() > deadline:
            raise SystemExit("provisioning: the warm pool does not fill")
        time.sleep(0.2)


def neighbours(dev, token):
    """Requests of tenants, alone and while a hundred creations wait for their turn; alone before and after."""
    alone, beside = latencies(dev, 12), []
    for number in range(WAITING):
        post(dev, "/api/admin/tenants", {"name": "Wait", "subdomain": f"wait{number:03d}",
             "tier": "standard", "adminEmail": "a@bench.example"}, token)
    while waiting(dev) > 10:
        beside += latencies(dev, 5)
    while waiting(dev):
        time.sleep(0.2)
    alone += latencies(dev, 12)
    print(f"  GET /api/tenant/info, 200 /s, alone: p50 {p(alone, 50):.2f} ms, p99 {p(alone, 99):.2f} ms")
    print(f"    while {WAITING} creations wait: p50 {p(beside, 50):.2f} ms, p99 {p(beside, 99):.2f} ms")
    ratio = p(beside, 50) / p(alone, 50)
    good = ratio <= 1.2 and p(beside, 99) < 20
    print(f"    p50 ratio {ratio:.2f} (wanted: at most 1.20), p99 wanted under 20 ms: {'PASS' if good else 'FAIL'}")


def waiting(dev):
    return int(dev.psql("SELECT count(*) FROM bulkhead.workflow_runs WHERE status = 'running'"))


def latencies(dev, seconds):
    """Milliseconds of each request, at a fixed rate over four tenants."""
    logs, tenants = [], dev.tokens[:4]
    with concurrent.futures.ThreadPoolExecutor(len(tenants)) as pool:
        def load(number):
            tenant, log = tenants[number], os.path.join(dev.folder.name, f"h2load-{number}.log")
            if os.path.exists(log):
                os.remove(log)
            url = f"http://{tenant['subdomain']}.{dev.info['baseDomain']}:{dev.info['port']}/api/tenant/info"
            run("h2load", "--h1", "-c", "1", "-n", str(50 * seconds), "--rps", "50", "--connect-to",
                f"127.0.0.1:{dev.info['port']}", "-H", f"authorization: Bearer {tenant['token']}",
                "--log-file", log, url)
            return log
        logs = list(pool.map(load, range(len(tenants))))
    answers = [line.split() for log in logs for line in open(log)]
    if any(status != "200" for _, status, _ in answers):
        raise SystemExit("provisioning: not all answers were 200")
    return [int(microseconds) / 1000 for _, _, microseconds in answers]


def p(values, share):
    return statistics.quantiles(values, n=100)[share - 1]


def many(dev, token):
    """Eight at a time, up to a thousand."""
    start = time.perf_counter()
    with concurrent.futures.ThreadPoolExecutor(AT_A_TIME) as pool:
        list(pool.map(lambda number: create(dev, token, f"many{number:04d}"), range(MANY - 4)))
    elapsed = time.perf_counter() - start
    print(f"  {AT_A_TIME} at a time, up to {MANY} tenants: {(MANY - 4) / elapsed:.1f} /s")
    longest = float(dev.psql("SELECT max(extract(epoch FROM activated_at - created_at)) FROM public.tenants"))
    last = statistics.median(create(dev, token, f"last{number}") for number in range(5))
    tenants = int(dev.psql("SELECT count(*) FROM public.tenants WHERE status = 'active'"))
    print(f"  with {tenants} tenants: one more takes {last * 1000:.1f} ms; the longest of all took {longest:.2f} s")
    verdict = "PASS" if max(longest, last) < PROMISE and tenants >= MANY else "FAIL"
    print(f"  a tenant in under 5 minutes at {MANY} tenants: {verdict}")
