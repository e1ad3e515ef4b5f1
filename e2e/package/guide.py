"""Executes docs/guide/operate.md in a disposable Debian: every block of shell commands, in order, as printed.

    python3 guide.py PACKAGE ROOT FOLDER

Called by `run` as root, in namespaces of their own. ROOT is the Debian, FOLDER is for files of the test. Each block has a
comment above it that says how it is run:

    <!-- test: run -->
    <!-- test: run where systemd runs -->
    <!-- test: run where systemd does not -->
    <!-- test: run in the background where systemd does not -->
    <!-- test: run, and log in at the address that it prints -->
    <!-- test: not run: REASON -->

ROOT is not run by systemd, so the service is started by hand, as the same account with the same command; blocks for systemd are
only read by the shell (`bash -n`), and the unit is verified.
"""

import json, os, pathlib, re, shutil, signal, stat, subprocess, sys, time, urllib.request

HERE = pathlib.Path(__file__).resolve().parent
GUIDE = HERE.parent.parent / "docs/guide/operate.md"
# The names that the guide prints.
DOMAIN, SANDBOX = "login.example.com", "sandbox.example.com"
# Who administers the server, and types what is printed.
ADMINISTRATOR = "kari"
HOME = f"/home/{ADMINISTRATOR}"
# How long a block, the start and the stop may take, in seconds.
BLOCK, START, STOP = 60, 30, 40

checks = 0


def fail(what):
    sys.exit(f"package: {what}")


def check(holds, what):
    global checks
    if not holds:
        fail(f"FAILED: {what}")
    checks += 1


def blocks(text):
    """The shell blocks of the guide: line number, how it is run, what it says. One without a comment is a mistake."""
    found = []
    for match in re.finditer(r"^```sh\n(.*?)^```$", text, re.DOTALL | re.MULTILINE):
        line = text.count("\n", 0, match.start()) + 1
        marker = re.search(r"<!-- test: ([^\n]*) -->\n\Z", text[: match.start()])
        check(marker, f"{GUIDE.name}:{line} has a comment that says how the test runs it")
        found.append((line, marker[1], match[1]))
    return found


class Server:
    """The disposable Debian."""

    def __init__(self, root, folder):
        self.root, self.folder, self.service = root, folder, None

    def path(self, inside):
        return self.root / inside.lstrip("/")

    def line(self, *words, account=None):
        """The command line that runs `words` inside, as root or as an account, in the administrator's home."""
        become = ["setpriv", f"--reuid={account}", f"--regid={account}", "--init-groups", "--"] if account else []
        variables = [f"HOME={HOME}", "PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", "LANG=C.UTF-8"]
        inside = f'cd {HOME} 2>/dev/null || cd /; exec "$@"'
        return ["chroot", str(self.root), "env", "-i", *variables, "sh", "-c", inside, "sh", *become, *words]

    def told(self, *words, account=None, fails=False):
        """Runs a command to its end, which must be a good one unless it `fails`; gives all that it printed."""
        done = subprocess.run(
            self.line(*words, account=account), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, timeout=BLOCK,
        )
        if (done.returncode != 0) != fails:
            fail(f"FAILED with status {done.returncode}: {' '.join(words)}\n{done.stdout}")
        return done.stdout

    def typed(self, text):
        """What the administrator's shell makes of it."""
        return ["bash", "-euo", "pipefail", "-c", text]

    def owned(self, inside, owner, group, mode):
        path = self.path(inside)
        check(path.exists(), f"{inside} is there")
        found = path.stat()
        names = [self.told("getent", kind, str(number)).split(":")[0]
                 for kind, number in [("passwd", found.st_uid), ("group", found.st_gid)]]
        said = f"{names[0]}:{names[1]} {stat.S_IMODE(found.st_mode):04o}"
        check(said == f"{owner}:{group} {mode}", f"{inside} is {owner}:{group} {mode}; it is {said}")

    def start(self, text):
        """Starts what runs until it is stopped, and waits until it takes requests."""
        with open(self.folder / "service.log", "w") as log:
            self.service = subprocess.Popen(
                self.line(*self.typed(text), account=ADMINISTRATOR), stdin=subprocess.DEVNULL, stdout=log,
                stderr=subprocess.STDOUT,
            )
        until = time.monotonic() + START
        while not self.is_ready():
            if self.service.poll() is not None or time.monotonic() > until:
                fail(f"FAILED: the service does not take requests\n{self.log()}")
            time.sleep(0.1)

    def is_ready(self):
        try:
            return urllib.request.urlopen("http://127.0.0.1:9090/readyz", timeout=5).status == 200
        except OSError:
            return False

    def log(self):
        return (self.folder / "service.log").read_text()

    def processes(self):
        """The processes of the service's account: their ids and command lines."""
        account = self.path("/var/lib/portvakt").stat().st_uid
        found = {}
        for folder in self.path("/proc").glob("[0-9]*"):
            try:
                if folder.stat().st_uid == account:
                    words = (folder / "cmdline").read_bytes().split(b"\0")[:-1]
                    found[int(folder.name)] = [it.decode() for it in words]
            except FileNotFoundError:
                pass
        return found

    def stop(self):
        """Asks the service to stop, as systemd would, and sees that it ends by itself."""
        if self.service is None:
            return
        for process in self.processes():
            os.kill(process, signal.SIGTERM)
        check(self.service.wait(STOP) == 0, "the service ends by itself, with status 0")
        self.service = None
        check(not self.processes(), "nothing of the account runs any more")

    def log_in(self, text):
        """Runs what prints an address, logs in there as somebody with a browser would, and gives all that it printed."""
        running = subprocess.Popen(
            self.line(*self.typed(text), account=ADMINISTRATOR), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True,
        )
        printed = ""
        for line in running.stdout:
            printed += line
            if line.startswith(f"https://{DOMAIN}/"):
                self.browse(line.strip())
        if running.wait(BLOCK) != 0:
            fail(f"FAILED with status {running.returncode}: {text}{printed}\n{self.log()}")
        return printed

    def browse(self, address):
        """Goes from page to page over TLS, to the page that says that the trial is finished."""
        words = ["node", str(HERE.parent / "login.mjs"), address]
        known = {"NODE_EXTRA_CA_CERTS": str(self.folder / "authority.pem")}
        done = subprocess.run(words, env={**os.environ, **known}, capture_output=True, text=True, timeout=BLOCK)
        if done.returncode != 0:
            fail(f"FAILED: the login in the browser\n{done.stderr}\n{self.log()}")


def openssl(folder, *words):
    done = subprocess.run(["openssl", *words], cwd=folder, capture_output=True, text=True)
    if done.returncode != 0:
        fail(f"openssl {' '.join(words)}: {done.stderr}")


def make_certificates(folder):
    """An authority, an intermediate and a certificate for the guide's names."""
    ec = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-sha256"]
    is_authority = ["-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign"]
    openssl(folder, "req", "-x509", *ec, "-keyout", "authority.key", "-out", "authority.pem", "-days", "2",
            "-subj", "/CN=The test's authority", *is_authority)
    openssl(folder, "req", "-x509", *ec, "-keyout", "between.key", "-out", "between.pem", "-days", "2",
            "-subj", "/CN=The test's intermediate", "-CA", "authority.pem", "-CAkey", "authority.key", *is_authority)
    openssl(folder, "req", "-x509", *ec, "-keyout", "privkey.pem", "-out", "leaf.pem", "-days", "2",
            "-subj", f"/CN={DOMAIN}", "-CA", "between.pem", "-CAkey", "between.key",
            "-addext", "basicConstraints=critical,CA:FALSE", "-addext", "extendedKeyUsage=serverAuth",
            "-addext", f"subjectAltName=DNS:{DOMAIN},DNS:{SANDBOX}")
    chain = (folder / "leaf.pem").read_text() + (folder / "between.pem").read_text()
    (folder / "fullchain.pem").write_text(chain)


def furnish(server, package):
    """What the guide takes for granted: an administrator, and a certificate of an authority that is trusted."""
    server.told("useradd", "--create-home", "--shell", "/bin/bash", ADMINISTRATOR)
    server.path("/etc/sudoers.d/administrator").write_text(f"{ADMINISTRATOR} ALL=(ALL) NOPASSWD: ALL\n")
    make_certificates(server.folder)
    shutil.copy(server.folder / "authority.pem", server.path("/usr/local/share/ca-certificates/test.crt"))
    server.told("update-ca-certificates")
    home = server.path(HOME)
    shutil.copy(package, home)
    for name in ["fullchain.pem", "privkey.pem"]:
        shutil.copy(server.folder / name, home)
    (home / "vipps-secret").write_text("a secret that Vipps gave")
    server.told("chown", "--recursive", f"{ADMINISTRATOR}:{ADMINISTRATOR}", HOME)


def is_installed_well(server):
    """Account, owners and modes after the installation; nothing was started."""
    fields = server.told("getent", "passwd", "portvakt").strip().split(":")
    check(int(fields[2]) < 1000, "the account is a system account")
    check(fields[5:] == ["/var/lib/portvakt", "/usr/sbin/nologin"], f"its home and shell: {fields[5:]}")
    check(server.told("id", "--groups", "--name", "portvakt").split() == ["portvakt"], "it is in its own group only")
    server.owned("/usr/bin/portvakt", "root", "root", "0755")
    server.owned("/etc/portvakt", "root", "portvakt", "0750")
    server.owned("/etc/portvakt/portvakt.toml", "root", "portvakt", "0640")
    server.owned("/var/lib/portvakt", "portvakt", "portvakt", "0700")
    server.owned("/usr/lib/systemd/system/portvakt.service", "root", "root", "0644")
    check(not list(server.path("/var/lib/portvakt").iterdir()), "there is no data yet")
    check(not list(server.path("/etc/systemd/system").glob("**/portvakt*")), "the unit is not enabled")
    check(not server.processes(), "nothing was started")
    server.told("systemd-analyze", "verify", "portvakt.service")
    example = server.told("portvakt", "config", "example")
    check(server.path("/etc/portvakt/portvakt.toml").read_text() == example, "the configuration is the example")
    server.told("cat", "/etc/portvakt/portvakt.toml", account="nobody", fails=True)


def is_configured_as_in_the_compose_file(server):
    """The configuration of packaging/compose.yaml, with secrets as engines give them: readable by everybody."""
    given = server.path("/run/secrets")
    given.mkdir()
    (given / "database").write_text("host=/run/postgresql user=portvakt dbname=portvakt password=secret\n")
    (given / "master-key").write_text(server.told("portvakt", "config", "new-master-key"))
    for name in ["fullchain.pem", "privkey.pem"]:
        shutil.copy(server.folder / name, given)
    for path in given.iterdir():
        path.chmod(0o644)
    shutil.copy(server.folder / "compose.toml", server.path("/tmp"))
    key = "PORTVAKT_MASTER_KEY_FILE=/run/secrets/master-key"
    server.told("env", key, "portvakt", "config", "check", "--config", "/tmp/compose.toml", account="portvakt")
    shutil.rmtree(given)


def was_opened_by_root_first(server):
    """A command that root runs before the first start leaves files that the service can open."""
    server.told("portvakt", "tenants", "list")
    made = sorted(server.path("/var/lib/portvakt").iterdir())
    check(made, "the command made the database")
    for path in made:
        server.owned(f"/var/lib/portvakt/{path.name}", "portvakt", "portvakt", "0600")


def is_started_well(server):
    """The service runs as the unit would run it."""
    commands = list(server.processes().values())
    check(commands == [["/usr/bin/portvakt", "serve"]], f"one process of the account: {commands}")
    [process] = server.processes()
    status = server.path(f"/proc/{process}/status").read_text()
    check(re.search(r"^CapEff:\s+0000000000000400$", status, re.MULTILINE), "it may listen on port 443, and no more")
    # The health check of the container's image.
    server.told(*json.loads((server.folder / "health.json").read_text()), account="portvakt")


def is_logged_in(printed):
    check("The login worked." in printed, f"the login worked:\n{printed}")
    claims = json.loads(re.search(r"^ID token\n(\{.*?^\})", printed, re.DOTALL | re.MULTILINE)[1])["claims"]
    check(claims["iss"] == f"https://{DOMAIN}" and claims["aud"] == "shop", f"the ID token is for the shop: {claims}")


def is_managed_as_root(server):
    """`--as-service` as root, and the name of whoever called sudo in the audit trail."""
    check("Acme" in server.told("portvakt", "--as-service", "tenants", "list"), "root sees the tenant as the service")
    trail = server.told(*server.typed("sudo portvakt --as-service audit list"), account=ADMINISTRATOR)
    check(ADMINISTRATOR in trail, f"the audit trail names {ADMINISTRATOR}:\n{trail}")
    server.told("portvakt", "tenants", "list", account=ADMINISTRATOR, fails=True)
    refused = server.told("portvakt", "--as-service", "tenants", "list", account=ADMINISTRATOR, fails=True)
    check("needs root: put sudo in front" in refused, f"without root it says so: {refused}")


def is_purged(server):
    """The configuration is gone, and what nobody could make again is there."""
    for gone in ["/usr/bin/portvakt", "/etc/portvakt/portvakt.toml", "/usr/lib/systemd/system/portvakt.service"]:
        check(not server.path(gone).exists(), f"{gone} is gone")
    for kept in ["/var/lib/portvakt/portvakt.db", "/etc/portvakt/master.key", "/etc/portvakt/tls/fullchain.pem"]:
        check(server.path(kept).exists(), f"{kept} is kept")
    server.owned("/var/lib/portvakt", "portvakt", "portvakt", "0700")


def comes_back(server, package):
    """Installed again, twice, where there is no systemd-sysusers: the account is made all the same."""
    shutil.rmtree(server.path("/var/lib/portvakt"))
    shutil.rmtree(server.path("/etc/portvakt"))
    server.told("userdel", "portvakt")
    server.path("/usr/bin/systemd-sysusers").unlink()
    for _ in range(2):
        server.told("dpkg", "--install", f"{HOME}/{package.name}")
        is_installed_well(server)
    server.path("/etc/portvakt/portvakt.toml").write_text("# what the administrator wrote\n")
    server.told("dpkg", "--install", f"{HOME}/{package.name}")
    kept = server.path("/etc/portvakt/portvakt.toml").read_text()
    check(kept == "# what the administrator wrote\n", "an upgrade leaves the administrator's configuration")
    server.owned("/etc/portvakt/portvakt.toml", "root", "portvakt", "0640")


def main(package, root, folder):
    server = Server(root, folder)
    furnish(server, package)
    ran = 0
    for line, how, text in blocks(GUIDE.read_text()):
        print(f"package: {GUIDE.name}:{line}: {how}", flush=True)
        ran += 1
        if how == "run":
            if "apt purge" in text:
                is_managed_as_root(server)
                server.stop()
            server.told(*server.typed(text), account=ADMINISTRATOR)
            if "apt install" in text:
                is_installed_well(server)
            if "apt purge" in text:
                is_purged(server)
        elif how == "run where systemd does not":
            server.told(*server.typed(text), account=ADMINISTRATOR)
        elif how == "run in the background where systemd does not":
            is_configured_as_in_the_compose_file(server)
            was_opened_by_root_first(server)
            server.start(text)
            is_started_well(server)
        elif how == "run, and log in at the address that it prints":
            is_logged_in(server.log_in(text))
        elif how == "run where systemd runs" or how.startswith("not run: "):
            server.told("bash", "-n", "-c", text)
            ran -= 1
        else:
            fail(f"{GUIDE.name}:{line}: no test knows what \"{how}\" means")
    check(server.service is None, "the guide ends with the service stopped and the package removed")
    comes_back(server, package)
    print(f"package: {ran} blocks of the guide were run as printed, {checks} checks passed")


if __name__ == "__main__":
    main(*(pathlib.Path(it) for it in sys.argv[1:]))
