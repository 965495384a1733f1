"""Benchmarks of TLS: requests and handshakes a second, and a certificate that is exchanged under load."""

import json, os, re, socket, ssl, statistics, subprocess, threading, time

from bench_server import TICK, Serve, free_port, run, ticks, wrk, wrk_script

CONNECTIONS = 32
STREAMS = 8
CLIENTS = 4


def tls(dev, rounds, seconds):
    """Two servers on one database, with and without TLS, with a certificate made by openssl (ECDSA P-256)."""
    files = Files(dev.folder.name)
    with Serve(dev) as plain, Serve(dev, TLS_SOURCE="files", TLS_CERTIFICATE_FILE=files.chain,
                                    TLS_KEY_FILE=files.key) as secure:
        requests(dev, plain, secure, rounds, seconds)
        handshakes(secure, files, rounds, seconds)
        exchange(dev, secure, files, rounds, seconds * 2)


class Files:
    """A chain and a key in two files, and an authority to issue others from."""

    def __init__(self, folder):
        self.folder = folder
        self.authority, authority_key = self.path("authority.pem"), self.path("authority.key")
        self.issuing = ["-CA", self.authority, "-CAkey", authority_key, "-addext", "basicConstraints=CA:FALSE"]
        self.make(self.authority, authority_key, "Bench", ["-addext", "keyUsage=keyCertSign"])
        self.chain, self.key = self.path("chain.pem"), self.path("key.pem")
        self.stock = []
        self.prepare(1)
        self.exchange()

    def path(self, name):
        return os.path.join(self.folder, name)

    def make(self, certificate, key, name, options):
        run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
            "-subj", f"/CN={name}", "-days", "30", "-out", certificate, "-keyout", key, *options)

    def prepare(self, count):
        """Makes certificates ahead, so that making them is no part of what is measured."""
        while len(self.stock) < count:
            name = self.path(os.urandom(4).hex())
            self.make(name + ".pem", name + ".key", "localhost",
                      [*self.issuing, "-addext", "subjectAltName=DNS:localhost,DNS:admin.localhost"])
            serial = run("openssl", "x509", "-in", name + ".pem", "-noout", "-serial").strip()
            self.stock.append((name, serial.removeprefix("serial=")))

    def exchange(self):
        """Puts another certificate and its key there, as renewals do, each file by a rename; returns its serial."""
        name, serial = self.stock.pop()
        os.rename(name + ".pem", self.chain)
        os.rename(name + ".key", self.key)
        return serial


# Requests


def requests(dev, plain, secure, rounds, seconds):
    """What TLS costs those who stay connected."""
    tenant = dev.tokens[0]
    routes = [("GET /.well-known/jwks.json", "/.well-known/jwks.json", "localhost", []),
              ("GET /api/tenant/clients?limit=20", "/api/tenant/clients?limit=20",
               f"{tenant['subdomain']}.{dev.info['baseDomain']}",
               ["-H", f"authorization: Bearer {tenant['token']}"])]
    few = str(CONNECTIONS // STREAMS)
    kinds = [("HTTP/1.1", plain, ["--h1", "-c", str(CONNECTIONS)]),
             ("HTTP/1.1, TLS", secure, ["--h1", "-c", str(CONNECTIONS)]),
             ("HTTP/2, TLS", secure, ["-c", str(CONNECTIONS), "-m", "1"]),
             (f"HTTP/2, TLS, {few} x {STREAMS} streams", secure, ["-c", few, "-m", str(STREAMS)])]
    print(f"\nRequests on kept connections, {CONNECTIONS} at a time, by h2load")
    for title, path, host, headers in routes:
        rows = {name: [] for name, _, _ in kinds}
        for _ in range(rounds):
            for name, server, options in kinds:
                rows[name].append(load(server, [*options, *headers], host, path, seconds))
        print(f"  {title:<33}  requests   ratio  server CPU   ratio")
        base = median(rows["HTTP/1.1"])
        for name, figures in rows.items():
            rate, cpu = median(figures)
            print(f"    {name:<31} {rate:>7.0f} /s {rate / base[0]:>7.2f} {cpu:>8.0f} us {cpu / base[1]:>7.2f}")


def median(rows):
    return [statistics.median(column) for column in zip(*rows)]


def load(server, options, host, path, seconds):
    """Requests a second, and microseconds of the server's processor time for each."""
    command = ["h2load", *options, "--connect-to", f"127.0.0.1:{server.port}",
               f"{server.scheme}://{host}:{server.port}{path}"]
    run(*command, "-D", "1")
    before = ticks(server.process.pid)
    out = run(*command, "-D", str(seconds))
    spent = ticks(server.process.pid) - before
    done, failed = outcome(out)
    if failed or not done:
        raise SystemExit(f"tls: {done} answers, {failed} failures:\n{out}")
    return done / seconds, spent / TICK / done * 1e6


def outcome(out):
    """Answers with 2xx, and whatever else became of requests, from what h2load prints."""
    good = int(re.search(r"status codes: (\d+) 2xx", out)[1])
    lost = map(int, re.search(r"(\d+) failed, (\d+) errored, (\d+) timeout", out).groups())
    return good, sum(lost)


# Handshakes


def handshakes(secure, files, rounds, seconds):
    """Full handshakes, beside those of `openssl s_server` with the same certificate."""
    port = free_port()
    reference = subprocess.Popen(
        ["openssl", "s_server", "-accept", str(port), "-cert", files.chain, "-key", files.key, "-quiet", "-www"],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(lambda: connects(port), "openssl s_server does not listen")
        rows = {"bulkhead": [], "openssl s_server": []}
        for _ in range(rounds):
            rows["bulkhead"].append(shake(secure.port, secure.process.pid, seconds))
            rows["openssl s_server"].append(shake(port, reference.pid, seconds))
    finally:
        reference.terminate()
        reference.wait()
    ours, theirs = median(rows["bulkhead"]), median(rows["openssl s_server"])
    print(f"\nFull handshakes, TLS 1.3, ECDSA P-256, {CLIENTS} at a time, by openssl s_time")
    print(f"  {'':<33} handshakes  ratio  server CPU   ratio")
    for name, (rate, cpu) in [("bulkhead", ours), ("openssl s_server", theirs)]:
        print(f"    {name:<31} {rate:>7.0f} /s {rate / theirs[0]:>7.2f} {cpu:>8.0f} us {cpu / theirs[1]:>7.2f}")


def shake(port, pid, seconds):
    """Handshakes a second, and microseconds of the server's processor time for each."""
    command = ["openssl", "s_time", "-connect", f"127.0.0.1:{port}", "-new", "-tls1_3", "-time", str(seconds)]
    before, start = ticks(pid), time.perf_counter()
    clients = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
               for _ in range(CLIENTS)]
    texts = [client.communicate() for client in clients]
    elapsed, spent = time.perf_counter() - start, ticks(pid) - before
    if any(client.returncode for client in clients):
        raise SystemExit("tls: a handshake failed:\n" + "".join(error for _, error in texts)[-2000:])
    done = sum(int(re.search(r"(\d+) connections in \d+ real seconds", out)[1]) for out, _ in texts)
    return done / elapsed, spent / TICK / done * 1e6


def connects(port):
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
        return True
    except OSError:
        return False


def wait_for(condition, otherwise, seconds=20):
    deadline = time.time() + seconds
    while not condition():
        if time.time() > deadline:
            raise SystemExit(f"tls: {otherwise}")
        time.sleep(0.02)


# Exchange


def exchange(dev, secure, files, rounds, seconds):
    """Certificates exchanged again and again while connections are in use and new ones are made; and in between, not."""
    script, visitor = wrk_script(dev), Visitor(secure.port, files.authority)
    results = {False: [], True: []}
    exchanges, lost, answers = 0, 0, 0
    visitor.start()
    try:
        # A first look, so that the certificate of the beginning counts as seen.
        wait_for(lambda: visitor.visits, "no new connection")
        for number in range(rounds):
            # Each is first as often as second: what else the machine does changes with time.
            for exchanging in (number % 2 == 1, number % 2 == 0):
                # The files are looked at every two seconds.
                files.prepare(seconds // 2 + 2)
                result = Hammer(secure.port, script, dev.tokens[0], dev.info["baseDomain"], seconds)
                while exchanging and files.stock and result.is_running():
                    serial = files.exchange()
                    wait_for(lambda: serial in visitor.serials, "an exchanged certificate is not used")
                    exchanges += 1
                figures = result.finish()
                lost, answers = lost + figures["lost"], answers + figures["answers"]
                results[exchanging].append((figures["p50"], figures["p99"]))
    finally:
        visitor.stop()
    report(results, visitor, exchanges, answers, lost)


def report(results, visitor, exchanges, answers, lost):
    quiet, busy = median(results[False]), median(results[True])
    print(f"\nCertificate exchanged {exchanges} times under load, {len(results[True])} rounds")
    for title, (p50, p99), base in [("without exchanges", quiet, quiet), ("with exchanges", busy, quiet)]:
        print(f"  {title:<20} p50 {p50:>6.1f} ms, p99 {p99:>6.1f} ms, ratio of p99 {p99 / base[1]:.2f}")
    print(f"  kept connections: {answers} requests, {lost} lost or refused")
    print(f"  new connections:  {visitor.visits} handshakes with a request, {len(visitor.failures)} failed")
    seen = len(visitor.serials)
    print(f"  certificates seen: {seen} of {exchanges + 1}")
    good = not lost and not visitor.failures and seen == exchanges + 1 and exchanges > 0
    print(f"  nothing dropped: {'PASS' if good else 'FAIL'}")
    for failure in visitor.failures[:3]:
        print(f"    {failure}")


class Hammer:
    """wrk over HTTP/1.1 and h2load over HTTP/2, side by side, for some seconds."""

    def __init__(self, port, script, tenant, base, seconds):
        url = f"https://127.0.0.1:{port}/api/tenant/clients?limit=20"
        name = f"https://{tenant['subdomain']}.{base}:{port}/api/tenant/clients?limit=20"
        commands = [
            ["wrk", "-t", "1", "-c", "16", "-d", f"{seconds}s", "-s", script, url],
            ["h2load", "-c", "4", "-m", "4", "-D", str(seconds), "--connect-to", f"127.0.0.1:{port}",
             "-H", f"authorization: Bearer {tenant['token']}", name]]
        self.processes = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
                          for command in commands]

    def is_running(self):
        return all(process.poll() is None for process in self.processes)

    def finish(self):
        outputs = [process.communicate()[0] for process in self.processes]
        if any(process.returncode for process in self.processes):
            raise SystemExit("tls: wrk or h2load failed:\n" + "\n".join(outputs)[-2000:])
        count, _, errors, p50, p99 = wrk(outputs[0])
        done, failed = outcome(outputs[1])
        return {"answers": count + done, "lost": errors + failed, "p50": p50 / 1000, "p99": p99 / 1000}


class Visitor(threading.Thread):
    """Makes one connection after another: a handshake that verifies chain and name, one request, and the end."""

    def __init__(self, port, authority):
        super().__init__(daemon=True)
        self.port, self.ending = port, threading.Event()
        self.context = ssl.create_default_context(cafile=authority)
        self.visits, self.failures, self.serials = 0, [], set()

    def run(self):
        while not self.ending.is_set():
            try:
                self.visit()
                self.visits += 1
            except (OSError, ValueError) as error:
                self.failures.append(f"{type(error).__name__}: {error}")

    def visit(self):
        with socket.create_connection(("127.0.0.1", self.port), 10) as raw:
            with self.context.wrap_socket(raw, server_hostname="localhost") as connection:
                self.serials.add(connection.getpeercert()["serialNumber"])
                connection.sendall(b"GET /.well-known/jwks.json HTTP/1.1\r\nHost: localhost\r\n"
                                   b"Connection: close\r\n\r\n")
                answer = b""
                while part := connection.recv(65536):
                    answer += part
        if not answer.startswith(b"HTTP/1.1 200 ") or b"keys" not in answer:
            raise ValueError(f"answered {answer[:80]!r}")

    def stop(self):
        self.ending.set()
        self.join(30)
