"""A `bulkhead dev` of the release build in a folder of its own, for the benchmarks."""

import hashlib, hmac, json, os, re, signal, socket, subprocess, sys, tempfile, time, urllib.request

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
TICK = os.sysconf("SC_CLK_TCK")


def run(*command, **options):
    result = subprocess.run(command, text=True, capture_output=True, **options)
    if result.returncode:
        sys.exit(f"{' '.join(command[:3])} failed ({result.returncode}):\n{result.stderr[-2000:]}")
    return result.stdout


def build(*products):
    """Makes release builds of the products, or of everything that is measured."""
    print("building release binaries ...", flush=True)
    run("swift", "build", "-c", "release", "--product", "bulkhead", cwd=ROOT)
    if not products:
        run("swift", "build", "-c", "release", "--package-path", "Benchmarks", cwd=ROOT)


class Dev:
    """A `bulkhead dev` with demo data, in a temporary folder; settings are `BULKHEAD_*` without the prefix."""

    def __init__(self, tenants, clients, **settings):
        self.tenants, self.clients = tenants, clients
        self.edge_token = os.urandom(24).hex()
        # Everything comes from one address: limits are counted, since that costs something, and refuse nothing.
        settings = {"RATE_LIMITS": "observe", "EDGE_TOKEN": self.edge_token, **settings}
        self.environment = {**os.environ, **{f"BULKHEAD_{name}": str(value) for name, value in settings.items()}}

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="bulkhead-bench-")
        os.chmod(self.folder.name, 0o755)
        self.data = os.path.join(self.folder.name, "data")
        self.binary = os.path.join(ROOT, ".build/release/bulkhead")
        self.process = subprocess.Popen(
            [self.binary, "dev", "--port", "0", "--data", self.data, "--json"],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=self.environment)
        line = self.process.stdout.readline()
        if not line:
            sys.exit("bulkhead dev did not start")
        self.info = json.loads(line)
        print(f"seeding {self.tenants} tenants with {self.clients} clients each ...", flush=True)
        run(self.binary, "demo", "seed", "--tenants", str(self.tenants), "--clients", str(self.clients),
            "--data", self.data)
        out = run(self.binary, "demo", "tokens", "--tenants", str(self.tenants), "--data", self.data)
        self.tokens = [json.loads(text) for text in out.splitlines()]
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGINT)
        self.process.wait(30)
        self.folder.cleanup()

    def psql(self, sql, database="superuser", file=None):
        arguments = ["-f", file] if file else ["-c", sql]
        return run("psql", "-qAtX", "-v", "ON_ERROR_STOP=1", self.info["databases"][database], *arguments).strip()

    def backends(self):
        """CPU ticks used so far by each server process that serves the application role."""
        pids = self.psql("SELECT pid FROM pg_stat_activity WHERE usename = 'bulkhead_app'").split()
        return {pid: ticks(pid) for pid in pids}

    def database_ticks(self):
        """CPU ticks used so far by the server with all its processes, those that have ended included."""
        postmaster = int(self.psql("SELECT pg_read_file('postmaster.pid', 0, 20)").split()[0])
        children = run("pgrep", "-P", str(postmaster)).split()
        with open(f"/proc/{postmaster}/stat") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        ended = int(fields[13]) + int(fields[14])
        return ended + sum(ticks(pid) for pid in children)


class Serve:
    """A `bulkhead serve` that only answers requests, on the databases of a `Dev`; settings as there."""

    def __init__(self, dev, **settings):
        urls = dev.info["databases"]
        settings = {"DATABASE_URL": urls["control"], "APP_DATABASE_URL": urls["app"], "BASE_DOMAIN": "localhost",
                    "SECRET_FILE": os.path.join(dev.data, "secret"), "HTTP_HOST": "127.0.0.1",
                    # As at the `dev` that made the tokens, which name it.
                    "PUBLIC_SCHEME": "http", "MANAGEMENT_PORT": "0", "LOG_LEVEL": "error",
                    "RATE_LIMITS": "observe", **settings}
        self.scheme = "https" if "TLS_SOURCE" in settings else "http"
        self.binary, self.folder = dev.binary, dev.folder.name
        self.environment = {**os.environ, **{f"BULKHEAD_{name}": value for name, value in settings.items()}}

    def __enter__(self):
        log = os.path.join(self.folder, f"serve-{self.scheme}.log")
        with open(log, "w") as file:
            self.process = subprocess.Popen(
                [self.binary, "serve", "--role", "api", "--port", "0", "--json"], cwd=self.folder, text=True,
                stdout=subprocess.PIPE, stderr=file, env=self.environment)
        line = self.process.stdout.readline()
        if not line:
            with open(log) as file:
                sys.exit(f"bulkhead serve did not start:\n{file.read()[-2000:]}")
        self.port = json.loads(line)["port"]
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(60)


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def wrk_script(dev):
    """A script for wrk that asks as all tenants in turn, and prints what `wrk` reads."""
    path = os.path.join(dev.folder.name, "wrk.lua")
    requests = ",\n".join(f'{{"{t["subdomain"]}.{dev.info["baseDomain"]}", "Bearer {t["token"]}"}}'
                          for t in dev.tokens)
    with open(path, "w") as file:
        file.write("local all = {\n" + requests + "\n}\nlocal at = 0\n"
                   "function request()\n  at = at % #all + 1\n"
                   '  return wrk.format("GET", nil, {["Host"] = all[at][1], ["Authorization"] = all[at][2]})\nend\n'
                   "function done(summary, latency)\n"
                   "  local errors = summary.errors\n"
                   '  io.write(string.format("BENCH %d %d %d %d %d\\n", summary.requests, summary.duration,\n'
                   "    errors.connect + errors.status + errors.read + errors.write + errors.timeout,\n"
                   "    latency:percentile(50), latency:percentile(99)))\nend\n")
    return path


def wrk(out):
    """Requests, microseconds, errors, and microseconds of the 50th and 99th percentile, from what wrk prints."""
    return map(int, re.search(r"BENCH (.*)", out)[1].split())


def spent(before, after):
    """CPU ticks between two readings of `backends`."""
    return sum(after[pid] - before.get(pid, 0) for pid in after)


def ticks(pid):
    try:
        with open(f"/proc/{pid}/stat") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return int(fields[11]) + int(fields[12])
    except FileNotFoundError:
        return 0


class Context:
    """Makes credentials with an application key of the bench's own."""

    def __init__(self, dev):
        self.key = os.urandom(32)
        self.kid = "bench-" + os.urandom(4).hex()
        dev.psql(f"SELECT bulkhead.add_context_key('{self.kid}', '\\x{self.key.hex()}')", "control")

    def values(self, tenant, mode="ro"):
        expiry = int(time.time() * 1000) + 28_000
        nonce = os.urandom(8).hex()
        signature = hmac.new(self.key, f"{tenant}|{mode}|{expiry}|{nonce}".encode(), hashlib.sha256).hexdigest()
        return [tenant, mode, str(expiry), nonce, self.kid, "\\x" + signature, "5000", "1000", "5000"]


def post(dev, path, body, token=None, **headers):
    headers = {"Content-Type": "application/json", **headers}
    if token:
        headers["Authorization"] = "Bearer " + token
    request = urllib.request.Request(
        f"http://127.0.0.1:{dev.info['port']}{path}", json.dumps(body).encode(), headers, method="POST")
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def sign_in(dev):
    """A token of the administrator."""
    return post(dev, "/api/admin/sessions",
                {"email": dev.info["adminEmail"], "password": dev.info["adminPassword"]})["accessToken"]
