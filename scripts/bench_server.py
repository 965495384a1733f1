"""A `bulkhead dev` of the release build in a folder of its own, for the benchmarks."""

import hashlib, hmac, json, os, re, signal, subprocess, sys, tempfile, time, urllib.request

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
TICK = os.sysconf("SC_CLK_TCK")


def run(*command, **options):
    result = subprocess.run(command, text=True, capture_output=True, **options)
    if result.returncode:
        sys.exit(f"{' '.join(command[:3])} failed ({result.returncode}):\n{result.stderr[-2000:]}")
    return result.stdout


def build():
    print("building release binaries ...", flush=True)
    run("swift", "build", "-c", "release", "--product", "bulkhead", cwd=ROOT)
    run("swift", "build", "-c", "release", "--package-path", "Benchmarks", cwd=ROOT)


class Dev:
    """A `bulkhead dev` with demo data, in a temporary folder; settings are `BULKHEAD_*` without the prefix."""

    def __init__(self, tenants, clients, **settings):
        self.tenants, self.clients = tenants, clients
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
