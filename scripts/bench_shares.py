"""What tenancy costs of a request: finding, token, context and policies, each by itself."""

import statistics

from bench_lookups import measure
from bench_requests import ENTER, LIMIT, MEMBER, OWN_ISOLATION, PAGE, Transaction, load, wrk_script

# Of the CPU of a request, and microseconds of database CPU a transaction.
SHARE, DATABASE = 0.25, 40


class Steps(Transaction):
    """The transaction of a page with and without what makes it a tenant's.

    Without, it runs as a superuser, to whom policies do not apply; the tables, the plans and the rows are the same.
    """

    KINDS = {"page": ("superuser", False), "context": ("superuser", True), "policies": ("app", True)}

    def queries(self, schema, tenant, member, role):
        context = [("RESET ALL", []), (ENTER, self.context.values(tenant))] if self.enters else []
        reset, enter = context[:1], context[1:]
        return [*reset, (OWN_ISOLATION, []), *enter, (MEMBER.format(schema=schema), [tenant, member, role]),
                (PAGE.format(schema=schema), [tenant])]

    def measure(self, kind, seconds):
        """Database CPU microseconds a transaction."""
        self.database, self.enters = self.KINDS[kind]
        return self.pgbench(seconds)[1]


def shares(dev, rounds, seconds):
    process = measure()
    script, steps = wrk_script(dev), Steps(dev)
    load(dev, script, 3)
    database, requests = {kind: [] for kind in Steps.KINDS}, []
    for _ in range(rounds):
        for kind, figures in database.items():
            figures.append(steps.measure(kind, seconds))
        requests.append(load(dev, script, seconds))
    page, context, policies = (statistics.median(figures) for figures in database.values())
    server, backend = (statistics.median(row[column] for row in requests) for column in (3, 4))
    total = server + backend
    costs = [("finding the tenant", process["memoryLookup"] / 1000), ("token", process["tokenRemembered"] / 1000),
             ("signing the context", process["signing"] / 1000),
             ("context in the database", statistics.median(b - a for a, b in zip(*pair(database, "page", "context")))),
             ("policies", statistics.median(b - a for a, b in zip(*pair(database, "context", "policies"))))]
    print(f"\nWhat tenancy costs of GET /api/tenant/clients?limit={LIMIT}: {server:.0f} us in the server and "
          f"{backend:.0f} us in the\ndatabase a request; {rounds} interleaved rounds, medians")
    for name, cost in costs:
        print(f"  {name:<24} {cost:>6.1f} us  {cost / total:>6.1%}")
    share, inside = sum(cost for _, cost in costs) / total, costs[3][1] + costs[4][1]
    print(f"  all of it {share:.1%} of the request (wanted: at most {SHARE:.0%}) {'PASS' if share <= SHARE else 'FAIL'}")
    print(f"  {inside:.1f} us of database CPU a transaction, {page:.0f} to {policies:.0f} us (wanted: at most {DATABASE} us) "
          f"{'PASS' if inside <= DATABASE else 'FAIL'}")


def pair(figures, one, other):
    return figures[one], figures[other]
