"""What a noisy tenant does to a quiet one."""

import os, re, statistics, subprocess, time

from bench_server import run

# The quiet tenant asks with so many connections, the noisy one with a hundred times as many.
QUIET, NOISE = 2, 200
SLEEP = 0.25


def script(dev, name, token, pause):
    """A script for wrk that asks as one tenant, pauses in milliseconds, and does what Retry-After says."""
    path = os.path.join(dev.folder.name, f"{name}.lua")
    host = f'{token["subdomain"]}.{dev.info["baseDomain"]}'
    with open(path, "w") as file:
        file.write(f"""
waits = 0
local headers = {{["Host"] = "{host}", ["Authorization"] = "Bearer {token["token"]}"}}
local threads = {{}}
function setup(thread) table.insert(threads, thread) end
function init() served, refused = 0, 0 end
function request() return wrk.format("GET", nil, headers) end
function response(status)
  if status == 200 then served = served + 1 else refused = refused + 1; waits = waits + 1 end
end
function delay()
  if waits > 0 then waits = waits - 1; return 1000 end
  return {pause}
end
function done(summary, latency)
  local all, no = 0, 0
  for _, thread in ipairs(threads) do all = all + thread:get("served"); no = no + thread:get("refused") end
  io.write(string.format("BENCH %d %d %d %d\\n", all, no, latency:percentile(50), latency:percentile(99)))
end
""")
    return path


def start(dev, path, connections, seconds):
    url = f"http://127.0.0.1:{dev.info['port']}/api/tenant/clients?limit=20"
    return subprocess.Popen(
        ["wrk", "-t", "1", "-c", str(connections), "-d", f"{seconds}s", "--timeout", "30s", "-s", path, url],
        stdout=subprocess.PIPE, text=True)


def result(process):
    """Served, refused, and microseconds of the 50th and 99th percentile."""
    return [int(word) for word in re.search(r"BENCH (.*)", process.communicate()[0])[1].split()]


def slow_down(dev, token):
    """From now on whoever reads the tenant's clients sleeps."""
    schema = "tenant_" + token["tenantId"].replace("-", "")
    dev.psql(f"""
        ALTER TABLE {schema}.clients RENAME TO quick_clients;
        CREATE VIEW {schema}.clients WITH (security_invoker = true) AS
            SELECT c.* FROM {schema}.quick_clients c, (SELECT pg_sleep({SLEEP})) s;
        GRANT SELECT ON {schema}.clients TO bulkhead_app""")


def neighbours(dev, rounds, seconds):
    """The p99 of a quiet tenant alone, and beside one with a hundred times its connections and slow queries."""
    noisy, quiet = dev.tokens[0], dev.tokens[1]
    slow_down(dev, noisy)
    quiet_script, noisy_script = script(dev, "quiet", quiet, 5), script(dev, "noisy", noisy, 0)
    result(start(dev, quiet_script, QUIET, 3))
    pairs = []
    for _ in range(rounds):
        alone = result(start(dev, quiet_script, QUIET, seconds))
        noise = start(dev, noisy_script, NOISE, seconds + 3)
        time.sleep(2)  # until the noise is at its height
        beside = result(start(dev, quiet_script, QUIET, seconds))
        pairs.append((alone, beside, result(noise)))
        time.sleep(1)
    ratio = statistics.median(beside[3] / alone[3] for alone, beside, _ in pairs)
    errors = sum(alone[1] + beside[1] for alone, beside, _ in pairs)
    alone, beside, noise = ([statistics.median(column) for column in zip(*rows)] for rows in zip(*pairs))
    print(f"\nA quiet tenant ({QUIET} connections) beside a noisy one ({NOISE} connections, queries of {SLEEP} s), "
          f"{rounds} interleaved pairs")
    print(f"  alone     p50 {alone[2] / 1000:>7.2f} ms   p99 {alone[3] / 1000:>7.2f} ms   {alone[0]:.0f} answers")
    print(f"  beside    p50 {beside[2] / 1000:>7.2f} ms   p99 {beside[3] / 1000:>7.2f} ms   {beside[0]:.0f} answers")
    print(f"  the noisy tenant had {noise[0]:.0f} answers and was refused {noise[1]:.0f} times")
    verdict = "PASS" if ratio < 2 and not errors else "FAIL"
    print(f"  p99 beside / alone {ratio:.2f} (promise: under 2), {errors} refusals of the quiet tenant   {verdict}")
    return verdict == "PASS"
