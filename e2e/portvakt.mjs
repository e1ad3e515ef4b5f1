// Starts the built binary in development mode and stops it again. Waits for events, never for time.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import net from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";

/** How long the binary may take to be ready, and to end, in milliseconds. */
const READY = 30_000;
const ENDED = 5_000;

async function isFree(port) {
  const server = net.createServer();
  const outcome = Promise.race([
    once(server, "listening").then(() => true),
    once(server, "error").then(() => false),
  ]);
  server.listen({ port, host: "127.0.0.1" });
  const free = await outcome;
  if (free) {
    server.close();
    await once(server, "close");
  }
  return free;
}

/** Finds the first of `count` ports in a row that nobody uses. */
export async function freePorts(count) {
  for (let tries = 0; tries < 200; tries += 1) {
    const first = 20_000 + Math.floor(Math.random() * 10_000);
    const block = Array.from({ length: count }, (_, at) => first + at);
    const free = [];
    for (const port of block) free.push(await isFree(port));
    if (free.every(Boolean)) return first;
  }
  throw new Error(`no ${count} free ports in a row`);
}

export class Portvakt {
  /** The data directory. */
  home;
  /** What the binary printed when it was ready: issuer, client_id, people, … */
  ready;
  #process;
  #directory;
  #errors = "";

  /**
   * Starts it. `https`: with the local authority. `redirectUris`: more addresses for the demo application.
   * `fourEyes`: two operators have to agree. `log`: a file that gets all that it writes. `spawned` gets it before it is ready. `PORTVAKT_BIN` names the binary.
   */
  static async start({ https = false, redirectUris = [], eidCallbacks = [], fourEyes = false, port, directory, log, spawned } = {}) {
    const binary = process.env.PORTVAKT_BIN;
    if (!binary) throw new Error("PORTVAKT_BIN does not name the binary");
    const it = new Portvakt();
    const first = port ?? (await freePorts(4));
    const home = directory ?? (await mkdtemp(path.join(tmpdir(), "portvakt-e2e-")));
    it.home = home;
    if (!directory) it.#directory = home;
    const args = ["dev", "--json", "--port", String(first), "--data-dir", home];
    if (https) args.push("--https");
    if (fourEyes) args.push("--four-eyes");
    for (const uri of redirectUris) args.push("--redirect-uri", uri);
    for (const url of eidCallbacks) args.push("--eid-callback", url);
    it.#process = spawn(binary, args, { stdio: ["ignore", "pipe", "pipe"] });
    if (log) {
      const file = createWriteStream(log, { flags: "a" });
      it.#process.stdout.pipe(file, { end: false });
      it.#process.stderr.pipe(file);
    }
    // A test that falls over leaves nothing running.
    const last = () => it.#process.kill("SIGKILL");
    process.once("exit", last);
    it.#process.once("exit", () => process.removeListener("exit", last));
    it.#process.stderr.setEncoding("utf8").on("data", (text) => {
      it.#errors = (it.#errors + text).slice(-2_000_000);
    });
    spawned?.(it);
    try {
      it.ready = await it.#line();
    } catch (error) {
      it.#process.kill("SIGKILL");
      throw error;
    }
    return it;
  }

  /** Runs a command on this one's data; gives its process, whose lines come by `lines`. */
  command(...words) {
    const child = spawn(process.env.PORTVAKT_BIN, [...words, "--json", "--data-dir", this.home], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    return { child, lines: createInterface({ input: child.stdout })[Symbol.asyncIterator]() };
  }

  /** Runs a command on this one's data to its end, and gives what it printed. */
  async told(...words) {
    const { child, lines } = this.command(...words);
    const ended = once(child, "exit");
    const { value } = await lines.next();
    const [code] = await ended;
    if (code !== 0) throw new Error(`${words.join(" ")} ended with ${code}`);
    return JSON.parse(value);
  }

  #line() {
    return new Promise((resolve, reject) => {
      let text = "";
      const fail = (why) => reject(new Error(`${why}\n${this.#errors}${text}`));
      const timer = setTimeout(() => fail(`not ready within ${READY} ms`), READY);
      this.#process.on("error", fail);
      this.#process.once("exit", (code) => {
        clearTimeout(timer);
        fail(`portvakt ended with ${code} before it was ready`);
      });
      this.#process.stdout.setEncoding("utf8").on("data", (chunk) => {
        text += chunk;
        const end = text.indexOf("\n");
        if (end < 0) return;
        clearTimeout(timer);
        try {
          resolve(JSON.parse(text.slice(0, end)));
        } catch {
          fail("the first line is not JSON");
        }
      });
    });
  }

  /** What it wrote to standard error, the last two million characters. */
  get errors() {
    return this.#errors;
  }

  /** Ends it as a power cut would. What it wrote stays for the next start in the same directory. */
  async kill() {
    const ended = once(this.#process, "exit");
    if (this.#process.exitCode === null && this.#process.kill("SIGKILL")) await ended;
  }

  /** Interrupts it; it must end by itself, with status 0, within five seconds. */
  async stop(signal = "SIGINT") {
    const ended = once(this.#process, "exit");
    const timer = setTimeout(() => this.#process.kill("SIGKILL"), ENDED);
    if (this.#process.exitCode === null) this.#process.kill(signal);
    const [code, killed] = this.#process.exitCode === null ? await ended : [this.#process.exitCode];
    clearTimeout(timer);
    if (this.#directory) await rm(this.#directory, { recursive: true, force: true });
    if (code !== 0) throw new Error(`portvakt ended with ${code ?? killed} after ${signal}\n${this.#errors.slice(-20_000)}`);
  }
}
