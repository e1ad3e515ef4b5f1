"""How long pages of the console take with 10,000 tenants and 10,000 applications and 100,000 changes of one tenant, and what it holds in memory.

Starts `portvakt dev` of the binary that is named, puts the rows and an operator's session straight into its database, and asks
each page 50 times on one connection. Prints the median and the longest time in milliseconds. Loopback only; ends by itself.

    python3 bench/console.py target/release/portvakt [MANY]
"""

import hashlib
import http.client
import json
import os
import secrets
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time

TIMES = 50
CHANGES = 100_000


def started(binary, folder, port):
    words = [binary, "dev", "--json", "--port", str(port), "--data-dir", folder]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    return process, json.loads(process.stdout.readline())


def filled(folder, many):
    """Puts the rows in; gives the operator's cookie, the demo's tenant and an application."""
    database = sqlite3.connect(os.path.join(folder, "portvakt.db"), timeout=10)
    now = int(time.time() * 1_000_000)
    token, member = secrets.token_urlsafe(32), secrets.token_hex(16)
    digest = hashlib.sha256(token.encode()).digest()
    later = now + 3_600_000_000
    tenant, domain, settings = database.execute(
        "SELECT tenant_id, domain_id, settings FROM applications WHERE client_id = 'demo-shop'"
    ).fetchone()
    with database:
        database.execute("INSERT INTO members (id, name, version, created_at, seen_at) VALUES (?, 'Bench', 1, ?, ?)", (member, now, now))
        database.execute(
            "INSERT INTO member_roles VALUES (?, ?, 'operator', 'bench', ?, ?)", ("0" * 32, member, now, now)
        )
        database.execute(
            "INSERT INTO console_sessions VALUES (?, ?, 'member', ?, '', 'high', '', ?, ?, ?, ?)",
            (digest, secrets.token_hex(16), member, now, now, later, later),
        )
        database.executemany(
            "INSERT INTO tenants (id, name, sealed_data_key, version, created_at) VALUES (?, ?, x'00', 1, ?)",
            ((f"{at:032x}", f"Company {at} AS", now) for at in range(1, many + 1)),
        )
        database.executemany(
            "INSERT INTO applications (tenant_id, id, domain_id, client_id, name, settings, version, created_at)"
            " VALUES (?, ?, ?, ?, ?, ?, 1, ?)",
            ((tenant, f"{at:032x}", domain, f"urn:app:{at}", f"Shop {at}", settings, now) for at in range(1, many + 1)),
        )
        (last, at) = database.execute(
            "SELECT sequence, happened_at FROM audit_events WHERE tenant_id = ? ORDER BY sequence DESC LIMIT 1", (tenant,)
        ).fetchone()
        database.executemany(
            "INSERT INTO audit_events (tenant_id, sequence, happened_at, actor, action, object, details, digest)"
            " VALUES (?, ?, ?, 'worker:bench', 'domain.changed', ?, '{}', ?)",
            ((tenant, last + n, at + n, f"domain {domain}", bytes(32)) for n in range(1, CHANGES + 1)),
        )
    database.close()
    return token, tenant


def asked(connection, path, token):
    begun = time.perf_counter()
    connection.request("GET", path, headers={"cookie": f"console-session={token}"})
    answer = connection.getresponse()
    body = answer.read()
    if answer.status != 200:
        sys.exit(f"{path}: {answer.status} {answer.getheader('location')}")
    return (time.perf_counter() - begun) * 1_000, len(body)


def resident(pid):
    with open(f"/proc/{pid}/status") as status:
        return next(int(line.split()[1]) / 1_024 for line in status if line.startswith("VmRSS"))


def main():
    binary, many = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 10_000
    port = 21_000 + secrets.randbelow(5_000)
    with tempfile.TemporaryDirectory() as folder:
        process, ready = started(binary, folder, port)
        try:
            time.sleep(2)
            print(f"at rest\t{resident(process.pid):.1f} MiB")
            token, tenant = filled(folder, many)
            host = ready["console"].split("//")[1]
            connection = http.client.HTTPConnection(host, timeout=20)
            home = f"/t/{tenant}"
            pages = {
                "tenants": "/tenants",
                "tenants, searched to the end": f"/tenants?q=Company+{many}+AS",
                "overview": home,
                "tenants, by name": "/tenants?sort=name&order=desc&page=150",
                "applications": f"{home}/test/applications",
                "applications, searched to the end": f"{home}/test/applications?q=urn:app:{many}",
                "applications, by name": f"{home}/test/applications?sort=name&page=150",
                "identity sources": f"{home}/test/identity-sources",
                "members": f"{home}/members",
                "logins": f"{home}/logins",
                "changes": f"{home}/changes",
                "changes, searched as far as one search goes": f"{home}/changes?action=client_secret",
                "changes, searched by name": f"{home}/changes?q=urn:app:{many}",
                "changes, of another day": f"{home}/changes?until=2020-01-01",
                "applications, filtered by type": f"{home}/test/applications?kind=native",
            }
            for name, path in pages.items():
                asked(connection, path, token)
                times = [asked(connection, path, token) for _ in range(TIMES)]
                took = [it for it, _ in times]
                print(f"{name}\t{statistics.median(took):.1f} ms\t{max(took):.1f} ms\t{times[0][1] // 1024} KiB")
            print(f"afterwards\t{resident(process.pid):.1f} MiB")
        finally:
            process.terminate()
            process.wait(10)


main()
