"""Finding a tenant and checking a token, in the process and out of Redis."""

import json, os, signal, subprocess, tempfile, time

from bench_server import ROOT, free_port, run


def measure():
    """Nanoseconds of each step in the process, beside what it replaces."""
    with tempfile.TemporaryDirectory(prefix="bulkhead-redis-") as folder:
        port = free_port()
        server = subprocess.Popen(["redis-server", "--bind", "127.0.0.1", "--port", str(port), "--save", "",
                                   "--dir", folder], stdout=subprocess.DEVNULL)
        try:
            while subprocess.run(["redis-cli", "-p", str(port), "ping"], capture_output=True).returncode:
                time.sleep(0.05)
            return json.loads(run(os.path.join(ROOT, "Benchmarks/.build/release/Lookups"),
                                  f"redis://127.0.0.1:{port}").splitlines()[-1])
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(10)


def lookups():
    figures = measure()
    ratio = figures["redisRatio"]
    memory = figures["memoryLookup"]
    print("\nFinding a tenant among 100,000")
    print(f"  in the process    {memory / 1000:>7.2f} us (wanted: at most 1) {'PASS' if memory <= 1000 else 'FAIL'}")
    print(f"  out of Redis      {figures['redisLookup'] / 1000:>7.1f} us; a raw GET {figures['redisGet'] / 1000:.1f} us; "
          f"ratio {ratio:.2f} (wanted: at most 1.50) {'PASS' if ratio <= 1.5 else 'FAIL'}")
    print(f"  memory            {figures['bytesPerTenant']:>7.0f} bytes a tenant")
    print("Checking an access token")
    print(f"  the first time    {figures['tokenFirst'] / 1000:>7.1f} us, again {figures['tokenRemembered'] / 1000:.2f} us")
