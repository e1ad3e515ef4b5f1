// Letters to a real mail server: one that was dead, a process that dies in the middle, TLS by an authority of our own, a
// wrong password, an address that nobody has; and the mailbox of development.

import assert from "node:assert/strict";
import { execFile, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, test } from "node:test";
import { createInterface } from "node:readline";
import { setInterval as ticks } from "node:timers/promises";
import { fileURLToPath } from "node:url";

import { Portvakt, freePorts } from "../portvakt.mjs";

const here = path.dirname(fileURLToPath(import.meta.url));
const { E2E_PYTHON: python, PORTVAKT_BIN: binary } = process.env;
/** How long something may take until it is so, in milliseconds: the lease of a job is a minute. */
const PATIENCE = 110_000;

/** Asks again until the answer is there. */
async function until(what, ask) {
  const end = Date.now() + PATIENCE;
  for await (const _ of ticks(200)) {
    const answer = await ask();
    if (answer) return answer;
    if (Date.now() > end) throw new Error(`not within ${PATIENCE} ms: ${what}`);
  }
}

/** Children end with the test that started them. */
function child(t, program, words, options) {
  const it = spawn(program, words, options);
  t.after(async () => {
    if (it.exitCode === null && it.signalCode === null) {
      const ended = once(it, "exit");
      it.kill("SIGKILL");
      await ended;
    }
  });
  return it;
}

/** A mail server; `letters` are those that it was given. */
async function sink(t, port, words = []) {
  const it = child(t, python, [path.join(here, "sink.py"), String(port), ...words], { stdio: ["pipe", "pipe", "inherit"] });
  const letters = [];
  const lines = createInterface({ input: it.stdout });
  const [ready] = await once(lines, "line");
  assert.deepEqual(JSON.parse(ready), { ready: true });
  lines.on("line", (line) => letters.push(JSON.parse(line)));
  return letters;
}

/** An installation with `[mail]` on a free port. */
class Installation {
  static async make(t, { mail = 'security = "none"', password } = {}) {
    const it = new Installation();
    it.t = t;
    it.folder = await mkdtemp(path.join(tmpdir(), "portvakt-letters-"));
    t.after(() => rm(it.folder, { recursive: true, force: true }));
    const first = await freePorts(3);
    it.port = first;
    const key = spawnSync(binary, ["config", "new-master-key"], { encoding: "utf8" }).stdout;
    await writeFile(it.file("master.key"), key, { mode: 0o600 });
    if (password) await writeFile(it.file("mail-password"), password, { mode: 0o600 });
    if (spawnSync(python, [path.join(here, "certificates.py"), it.folder]).status !== 0) throw new Error("no certificates");
    await chmod(it.file("key.pem"), 0o600);
    const text = `[database]\nsqlite = "portvakt.db"\n[master_key]\nfile = "master.key"\n
      [listen]\naddresses = ["127.0.0.1:${first + 1}"]\n[operator]\nlisten = "127.0.0.1:${first + 2}"\n[log]\nformat = "json"\n
      [mail]\nhost = "localhost"\nport = ${first}\nfrom = "portvakt@post.example"\n${mail}\n`;
    await writeFile(it.file("portvakt.toml"), text);
    return it;
  }

  file(name) {
    return path.join(this.folder, name);
  }

  async serve() {
    const it = child(this.t, binary, ["serve", "--config", "portvakt.toml"], {
      cwd: this.folder,
      stdio: ["ignore", "ignore", "pipe"],
    });
    const lines = createInterface({ input: it.stderr });
    await new Promise((resolve, reject) => {
      const said = [];
      lines.on("line", (line) => {
        said.push(line);
        if (line.includes('"ready"')) resolve();
      });
      it.once("exit", () => reject(new Error(said.join("\n"))));
    });
    return it;
  }

  /** Runs a command; gives what it printed. */
  run(...words) {
    return new Promise((resolve) => {
      // What it answers is looked at, also where it fails.
      execFile(binary, [...words, "--config", "portvakt.toml", "--json"], { cwd: this.folder }, (_, stdout) => {
        resolve(JSON.parse(stdout));
      });
    });
  }

  /** Waits until the letter `id` is in the list like this. */
  async letter(id, is) {
    let last;
    return until(`letter ${id}`, async () => {
      last = (await this.run("letters", "list")).find((it) => it.id === id);
      return last && is(last) ? last : undefined;
    });
  }

  /** What the doctor says of the mail server. */
  async doctor() {
    return (await this.run("doctor")).find((it) => it.topic === "mail");
  }
}

const messageId = (letter) => /^Message-ID: (.*?)\r?$/m.exec(letter.message)[1];

describe("letters", { concurrency: true }, () => {
  test("a letter waits for a mail server that is dead and goes out once it is alive", async (t) => {
    const installation = await Installation.make(t);
    await installation.serve();
    const { id } = await installation.run("letters", "test", "kari@example.com", "--lang", "nb");
    const waiting = await installation.letter(id, (it) => it.attempts > 0 && it.why);
    assert.equal(waiting.state, "waiting");
    assert.match(waiting.why, /the mail server cannot be reached/);

    const letters = await sink(t, installation.port);
    await installation.letter(id, (it) => it.state === "sent");
    assert.equal(letters.length, 1);
    assert.deepEqual(letters[0].to, ["kari@example.com"]);
    assert.equal(messageId(letters[0]), `<${id}@post.example>`);
    assert.match(letters[0].message, /multipart\/alternative/);
  });

  test("a process that dies before the answer comes sends the letter again, with the same Message-ID", async (t) => {
    const installation = await Installation.make(t);
    const hold = installation.file("hold");
    await writeFile(hold, "");
    const letters = await sink(t, installation.port, ["--hold", hold]);
    const killed = await installation.serve();
    const { id } = await installation.run("letters", "test", "kari@example.com");
    await until("the letter is at the server", () => letters.length > 0);
    const ended = once(killed, "exit");
    killed.kill("SIGKILL");
    await ended;
    await rm(hold);

    await installation.serve();
    const sent = await installation.letter(id, (it) => it.state === "sent");
    assert.equal(sent.why, null);
    assert.deepEqual(letters.map(messageId), [`<${id}@post.example>`, `<${id}@post.example>`]);
  });

  test("STARTTLS is believed by the authority that is named and the password is right", async (t) => {
    const mail = 'roots_file = "authority.pem"\nusername = "portvakt"\npassword_file = "mail-password"';
    const installation = await Installation.make(t, { mail, password: "hunter2" });
    const certificate = ["--certificate", installation.file("chain.pem"), installation.file("key.pem")];
    const letters = await sink(t, installation.port, [...certificate, "--user", "portvakt", "hunter2"]);
    assert.equal((await installation.doctor()).verdict, "ok");
    assert.equal(letters.length, 0);
    await installation.serve();
    const { id } = await installation.run("letters", "test", "kari@example.com");
    await installation.letter(id, (it) => it.state === "sent");
    assert.deepEqual(letters.map((it) => [it.tls, it.user]), [[true, true]]);
  });

  test("a certificate of an authority that nobody named is not believed", async (t) => {
    const installation = await Installation.make(t, { mail: "" });
    await sink(t, installation.port, ["--certificate", installation.file("chain.pem"), installation.file("key.pem")]);
    const told = await installation.doctor();
    assert.equal(told.verdict, "trouble");
    assert.match(told.text, /there is no TLS to the mail server/);
  });

  test("a wrong password is told by the doctor and does not cost the letter", async (t) => {
    const mail = 'roots_file = "authority.pem"\nusername = "portvakt"\npassword_file = "mail-password"';
    const installation = await Installation.make(t, { mail, password: "wrong" });
    const certificate = ["--certificate", installation.file("chain.pem"), installation.file("key.pem")];
    const letters = await sink(t, installation.port, [...certificate, "--user", "portvakt", "hunter2"]);
    assert.match((await installation.doctor()).text, /does not accept the user name and password/);
    await installation.serve();
    const { id } = await installation.run("letters", "test", "kari@example.com");
    const waiting = await installation.letter(id, (it) => it.why);
    assert.equal(waiting.state, "waiting");
    assert.equal(letters.length, 0);
  });

  test("what the server refuses for good is stuck at once, without the address, and can be tried again or discarded", async (t) => {
    const installation = await Installation.make(t);
    await sink(t, installation.port);
    await installation.serve();
    const { id } = await installation.run("letters", "test", "nobody@example.com");
    const stuck = await installation.letter(id, (it) => it.state === "stuck");
    assert.equal(stuck.attempts, 1);
    assert.match(stuck.why, /550.*no such user here/);
    assert.ok(!JSON.stringify(await installation.run("letters", "list", "--stuck")).includes("nobody@"));
    assert.equal((await installation.run("letters", "retry", id)).state, "waiting");
    await installation.letter(id, (it) => it.state === "stuck");
    assert.equal((await installation.run("letters", "discard", id)).state, "discarded");
    assert.deepEqual(await installation.run("letters", "list"), []);
  });

  test("in development a letter is in the mailbox, as text and as HTML", async (t) => {
    const portvakt = await Portvakt.start();
    t.after(() => portvakt.stop());
    await portvakt.told("letters", "test", "kari@example.com", "--lang", "nn");
    const shown = await until("the letter is shown", async () => {
      const page = await (await fetch(portvakt.ready.mailbox)).text();
      return page.includes("<article") && page;
    });
    const [, href] = /href="(\/letters\/[0-9a-f]{32})"/.exec(shown);
    const letter = await fetch(new URL(href, portvakt.ready.mailbox));
    assert.match(letter.headers.get("content-security-policy"), /default-src 'none'.*sandbox/);
    const html = await letter.text();
    assert.match(html, /<html lang="nn">/);
    assert.match(html, /Prøvebrev frå Portvakt/);
    const elsewhere = await fetch(new URL(href, portvakt.ready.sample_app));
    assert.equal(elsewhere.status, 404);
  });
});
