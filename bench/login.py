"""Drives `portvakt dev` as one browser and one application would, and measures its process from outside.

The simulated eIDs and the sample application live in the same process, so the CPU figure includes what the
real eIDs would do on their own machines (two signatures and five more requests for each login).
"""

import base64, hashlib, html, http.client, json, os, re, shutil, signal, socket, statistics, subprocess, sys, tempfile, time
import urllib.parse

TICKS = os.sysconf("SC_CLK_TCK")


class Wire:
    """Keeps one connection to each port, and the cookies of each host."""

    def __init__(self):
        self.open, self.cookies = {}, {}

    def send(self, method, url, body=None, headers=()):
        parts = urllib.parse.urlsplit(url)
        target = parts.path + ("?" + parts.query if parts.query else "")
        sent = {"Host": parts.netloc, **dict(headers)}
        jar = self.cookies.setdefault(parts.hostname, {})
        if jar:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in jar.items())
        if body is not None:
            body = urllib.parse.urlencode(body)
            sent["Content-Type"] = "application/x-www-form-urlencoded"
        connection = self.open.setdefault(parts.port, http.client.HTTPConnection("127.0.0.1", parts.port, timeout=10))
        connection.request(method, target, body, sent)
        answer = connection.getresponse()
        text = answer.read().decode()
        for line in answer.headers.get_all("set-cookie") or []:
            name, value = line.split(";")[0].split("=", 1)
            jar.pop(name, None)
            if "Max-Age=0;" not in line:
                jar[name] = value
        return answer.status, answer.headers.get("location"), text


def expect(condition, what):
    if not condition:
        sys.exit(f"a login went wrong: {what}")


def login(wire, world):
    """One plain BankID login with PKCE: authorize, eID, callback, token. Gives how long ours took, in ms."""
    verifier = base64.urlsafe_b64encode(os.urandom(32)).rstrip(b"=").decode()
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    query = urllib.parse.urlencode({
        "client_id": world["client_id"], "redirect_uri": world["redirect_uri"], "response_type": "code",
        "scope": "openid profile", "state": "s" * 22, "nonce": "n" * 22, "acr_values": "urn:grn:authn:no:bankid",
        "code_challenge": challenge, "code_challenge_method": "S256",
    })
    started = time.perf_counter()
    status, leave, _ = wire.send("GET", f"{world['issuer']}/oauth2/authorize?{query}")
    ours = time.perf_counter() - started
    expect(status == 303, status)
    _, _, page = wire.send("GET", leave)
    request = html.unescape(re.search(r'name="request" value="([^"]*)"', page).group(1))
    person = world["people"][0]["id"]
    parts = urllib.parse.urlsplit(leave)
    decision = {"request": request, "person": person, "outcome": "approve-app", "fault": ""}
    origin = f"{parts.scheme}://{parts.netloc}"
    _, _, page = wire.send("POST", f"{origin}/simulator/decision", decision, {"Origin": origin})
    back = html.unescape(re.search(r'href="([^"]*/callback/no-bankid[^"]*)"', page).group(1))
    started = time.perf_counter()
    status, location, _ = wire.send("GET", back)
    expect(status == 303 and "code=" in location, location)
    code = urllib.parse.parse_qs(urllib.parse.urlsplit(location).query)["code"][0]
    status, _, body = wire.send("POST", f"{world['issuer']}/oauth2/token", {
        "grant_type": "authorization_code", "code": code, "redirect_uri": world["redirect_uri"],
        "code_verifier": verifier, "client_id": world["client_id"], "client_secret": world["client_secret"],
    })
    expect(status == 200, body)
    return (ours + time.perf_counter() - started) * 1000


def start(binary, folder, port, wrapper=()):
    """Starts the binary; gives the process, what it printed, and the ms until it answered its first request."""
    began = time.perf_counter()
    process = subprocess.Popen([*wrapper, binary, "dev", "--json", "--port", str(port), "--data-dir", folder],
                               stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    while True:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/.well-known/openid-configuration", headers={"Host": f"localhost:{port}"})
            expect(connection.getresponse().status == 200, "discovery")
            break
        except ConnectionRefusedError:
            expect(process.poll() is None and time.perf_counter() - began < 10, "the process did not start")
    elapsed = (time.perf_counter() - began) * 1000
    return process, json.loads(process.stdout.readline()), elapsed


def stop(process):
    process.send_signal(signal.SIGINT)
    process.wait(10)


def cpu(pid):
    fields = open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def memory(pid):
    return int(re.search(r"VmRSS:\s+(\d+)", open(f"/proc/{pid}/status").read()).group(1)) / 1024


def free_port():
    """The first of four free ports."""
    for port in range(20_000, 30_000, 10):
        try:
            for offset in range(4):
                with socket.socket() as it:
                    it.bind(("127.0.0.1", port + offset))
            return port
        except OSError:
            continue
    sys.exit("no free ports")


def main(binary, logins):
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        process, _, first = start(binary, folder, port)
        stop(process)
        starts = []
        for _ in range(5):
            process, world, elapsed = start(binary, folder, port)
            starts.append(elapsed)
            stop(process)
        print(f"start to first answer, fresh data      {first:8.0f} ms")
        print(f"start to first answer, existing data   {statistics.median(starts):8.0f} ms   (median of 5, {min(starts):.0f}-{max(starts):.0f})")
        process, world, _ = start(binary, folder, port)
        print(f"idle memory (RSS)                      {memory(process.pid):8.1f} MiB")
        wire = Wire()
        for _ in range(20):
            login(wire, world)
        before, began = cpu(process.pid), time.perf_counter()
        took = sorted(login(wire, world) for _ in range(logins))
        used, elapsed = cpu(process.pid) - before, time.perf_counter() - began
        print(f"logins per CPU second                  {logins / used:8.0f}      (RS256; simulators in the same process)")
        print(f"CPU per login                          {used / logins * 1000:8.2f} ms")
        print(f"our three answers of one login         {took[len(took) // 2]:8.1f} ms   (median; p99 {took[int(len(took) * 0.99)]:.1f})")
        print(f"memory after {logins + 20:6} logins             {memory(process.pid):8.1f} MiB")
        print(f"one browser, logins per second         {logins / elapsed:8.0f}")
        stop(process)
        flushes(binary, folder, port)


def flushes(binary, folder, port):
    """Counts the flushes of plain logins one after the other; each waits for its own."""
    if not shutil.which("strace"):
        print("flushes per login                           not measured: strace is not installed")
        return
    log = os.path.join(folder, "strace.log")
    count = lambda: sum("sync(" in line for line in open(log))
    tracer, world, _ = start(binary, folder, port, ("strace", "-f", "-e", "trace=fsync,fdatasync", "-o", log))
    wire = Wire()
    login(wire, world)
    before = count()
    for _ in range(50):
        login(wire, world)
    print(f"flush waits per plain login            {(count() - before) / 50:8.2f}")
    child = int(subprocess.check_output(["pgrep", "-P", str(tracer.pid)]).split()[0])
    os.kill(child, signal.SIGINT)
    tracer.wait(10)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
