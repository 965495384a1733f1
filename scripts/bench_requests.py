"""The request path: a page of 20 rows over HTTP, beside pgbench with the same transaction."""

import os, re, statistics, subprocess, sys, tempfile

from bench_server import TICK, Context, run, spent, ticks, wrk

LIMIT = 20
CONNECTIONS = 64
POOL = 8

OWN_ISOLATION = "SET transaction_isolation = 'read committed'"
ENTER = ("SELECT bulkhead.enter_tenant($1::uuid, $2::text, $3::bigint, $4::text, $5::text, $6::bytea, $7::int, "
         "$8::int, $9::int)")
MEMBER = ("SELECT 1 FROM {schema}.users WHERE tenant_id = $1::uuid AND id = $2::uuid AND role = $3::text "
          "AND status = 'active'")
PAGE = ("SELECT id, name, email, phone, notes, version, created_at, updated_at FROM {schema}.clients "
        "WHERE tenant_id = $1::uuid ORDER BY tenant_id, created_at, id LIMIT " + str(LIMIT + 1))


def wrk_script(dev):
    """Asks as a random tenant each time; requests are made beforehand, since wrk runs on the same cores."""
    path = os.path.join(dev.folder.name, "random.lua")
    requests = ",\n".join(
        f'"GET /api/tenant/clients?limit={LIMIT} HTTP/1.1\\r\\nHost: {t["subdomain"]}.{dev.info["baseDomain"]}\\r\\n'
        f'Authorization: Bearer {t["token"]}\\r\\n\\r\\n"' for t in dev.tokens)
    with open(path, "w") as file:
        file.write("local all = {\n" + requests + "\n}\nlocal count = #all\nmath.randomseed(os.time())\n"
                   "function request()\n  return all[math.random(count)]\nend\n"
                   "function done(summary, latency)\n"
                   "  local errors = summary.errors\n"
                   '  io.write(string.format("BENCH %d %d %d %d %d\\n", summary.requests, summary.duration,\n'
                   "    errors.connect + errors.status + errors.read + errors.write + errors.timeout,\n"
                   "    latency:percentile(50), latency:percentile(99)))\nend\n")
    return path


class Transaction:
    """What the server sends for one page, as a pgbench script a tenant: bound values, a plan a tenant."""

    database = "app"

    def __init__(self, dev):
        self.dev, self.context = dev, Context(dev)
        self.members = {}
        for token in dev.tokens:
            schema = "tenant_" + token["tenantId"].replace("-", "")
            self.members[token["tenantId"]] = dev.psql(
                f"SELECT id || ' ' || role FROM {schema}.users ORDER BY created_at LIMIT 1").split()

    def queries(self, schema, tenant, member, role):
        # Names are qualified: pgbench prepares before any transaction has entered a context.
        return [("RESET ALL", []), (OWN_ISOLATION, []), (ENTER, self.context.values(tenant)),
                (MEMBER.format(schema=schema), [tenant, member, role]), (PAGE.format(schema=schema), [tenant])]

    def files(self, folder):
        for number, token in enumerate(self.dev.tokens):
            tenant = token["tenantId"]
            member, role = self.members[tenant]
            queries = self.queries("tenant_" + tenant.replace("-", ""), tenant, member, role)
            lines, bound = [], []
            for at, (sql, values) in enumerate(queries):
                for index in range(len(values), 0, -1):
                    sql = sql.replace(f"${index}", f":v{number}_{at}_{index}")
                    bound += ["-D", f"v{number}_{at}_{index}={values[index - 1]}"]
                lines.append(sql + ";")
            path = os.path.join(folder, f"{number}.sql")
            with open(path, "w") as file:
                file.write("\n".join(["\\startpipeline", *lines, "\\endpipeline", ""]))
            yield path, bound

    def pgbench(self, seconds, connections=POOL, threads=1):
        """Transactions a second, and database CPU microseconds a transaction."""
        with tempfile.TemporaryDirectory() as folder:
            arguments = []
            for path, bound in self.files(folder):
                arguments += ["-f", path, *bound]
            before = self.dev.database_ticks()
            out = run("pgbench", "-n", "-M", "prepared", "-c", str(connections), "-j", str(threads), "-T",
                      str(seconds), *arguments, self.dev.info["databases"][self.database])
            after = self.dev.database_ticks()
        count = int(re.search(r"transactions actually processed: (\d+)", out)[1])
        failed = re.search(r"failed transactions: (\d+)", out)
        if failed and int(failed[1]):
            sys.exit("pgbench: transactions failed")
        rate = float(re.search(r"tps = ([0-9.]+) \(without", out)[1])
        return rate, (after - before) / TICK / count * 1e6


def load(dev, script, seconds, connections=CONNECTIONS, port=None):
    """Requests a second, p50 and p99 in ms, CPU microseconds a request in server and database."""
    url = f"http://127.0.0.1:{port or dev.info['port']}/"
    server, database = ticks(dev.process.pid), dev.backends()
    out = run("wrk", "-d", f"{seconds}s", "-t", "1", "-c", str(connections), "-s", script, url)
    server, database = ticks(dev.process.pid) - server, spent(database, dev.backends())
    count, duration, errors, p50, p99 = wrk(out)
    if errors:
        sys.exit(f"requests: {errors} answers were errors")
    return (count / duration * 1e6, p50 / 1000, p99 / 1000, server / TICK / count * 1e6, database / TICK / count * 1e6)


def requests(dev, rounds, seconds):
    script, transaction = wrk_script(dev), Transaction(dev)
    load(dev, script, 3)
    ours, reference = [], []
    for _ in range(rounds):
        reference.append(transaction.pgbench(seconds))
        ours.append(load(dev, script, seconds))
    rate, p50, p99, server, database = (statistics.median(column) for column in zip(*ours))
    bench, bench_database = (statistics.median(column) for column in zip(*reference))
    ratio = statistics.median(our[0] / their[0] for our, their in zip(ours, reference))
    print(f"\nGET /api/tenant/clients?limit={LIMIT}, {len(dev.tokens)} tenants at random, {CONNECTIONS} connections, "
          f"{rounds} pairs")
    print(f"  requests  {rate:>9.0f} /s; pgbench with the same transaction {bench:.0f} /s; ratio {ratio:.2f} "
          f"(wanted: 1.20) {'PASS' if ratio >= 1.2 else 'FAIL'}")
    print(f"  latency   {p50:>9.1f} ms p50, {p99:.1f} ms p99")
    print(f"  CPU       {server:>9.0f} us a request in the server, {database:.0f} us in the database "
          f"(pgbench: {bench_database:.0f} us)")
