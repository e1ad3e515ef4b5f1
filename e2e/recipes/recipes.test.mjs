// The recipes of docs/guide/recipes.md, as they stand there: each is built, started, and logs a person in. They need a Java
// with Maven, Go, Python, npm and Apache with mod_auth_openidc, and fetch what they name from the registries.

import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import http from "node:http";
import path from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { launch } from "../browser.mjs";
import { programs } from "../guide/extract.mjs";
import { Portvakt, freePorts } from "../portvakt.mjs";

const run = promisify(execFile);
const folder = fileURLToPath(new URL("../artifacts/recipes", import.meta.url));
const at = (name) => path.join(folder, name);
const FETCHING = 8 * 60_000;

let port;
let backPort;
let portvakt;
let browser;

before(async () => {
  await rm(folder, { recursive: true, force: true });
  for (const [name, body] of Object.entries(await programs("recipes.md"))) {
    await mkdir(path.dirname(at(name)), { recursive: true });
    await writeFile(at(name), body);
  }
  [port, backPort] = [await freePorts(1), await freePorts(1)];
  const ways = ["/login/oauth2/code/portvakt", "/callback", "/oidc/callback/", "/auth/callback/portvakt", "/redirect"];
  portvakt = await Portvakt.start({ redirectUris: ways.map((it) => `http://localhost:${port}${it}`) });
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await portvakt?.stop();
});

const environment = () => {
  const { issuer, client_id, client_secret } = portvakt.ready;
  return { ...process.env, ISSUER: issuer, CLIENT_ID: client_id, CLIENT_SECRET: client_secret, PORT: String(port) };
};

/** Starts a program, waits until something answers at its port, and gives what stops it. */
async function serve(cwd, program, args, more = {}) {
  const child = spawn(program, args, { cwd, env: { ...environment(), ...more }, stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text) => (said += text));
  for (let tries = 0; tries < 600; tries += 1) {
    assert.equal(child.exitCode, null, said);
    if (await fetch(`http://localhost:${port}/nothing`, { redirect: "manual" }).then(() => true, () => false)) break;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return async () => {
    if (child.exitCode !== null) return;
    const ended = once(child, "exit");
    child.kill();
    await ended;
  };
}

/** Logs in as a person would; gives what the application says. */
async function logIn(outcome = "approve-device") {
  const context = await browser.newContext();
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  await page.goto(`http://localhost:${port}/login`);
  // Auth.js asks first.
  if (page.url().includes("/auth/signin")) await page.click("button[type=submit]");
  await page.click(`#outcome-${outcome}`);
  await page.waitForURL((url) => url.port === String(port));
  const text = await page.locator("body").innerText();
  await context.close();
  return text;
}

async function greets(stop) {
  try {
    assert.match(await logIn(), new RegExp(`^Hello ${portvakt.ready.people[0].name}, you are `));
    assert.doesNotMatch(await logIn("cancel"), /Hello/);
  } finally {
    await stop();
  }
}

test("Spring Boot", { timeout: FETCHING }, async () => {
  await run("mvn", ["-q", "-B", "package"], { cwd: at("spring"), timeout: FETCHING, maxBuffer: 1 << 26 });
  await greets(await serve(at("spring"), "java", ["-jar", "target/shop-1.jar"]));
});

test("Go", { timeout: FETCHING }, async () => {
  const env = { ...process.env, GOFLAGS: "-mod=mod", GOTOOLCHAIN: "local" };
  await run("go", ["mod", "tidy"], { cwd: at("go"), env, timeout: FETCHING });
  await run("go", ["build", "-o", "shop", "."], { cwd: at("go"), env, timeout: FETCHING });
  await greets(await serve(at("go"), "./shop", []));
});

test("Django", { timeout: FETCHING }, async () => {
  await run(process.env.E2E_PYTHON ?? "python3", ["-m", "venv", at("django/venv")], { timeout: FETCHING });
  const python = at("django/venv/bin/python");
  await run(python, ["-m", "pip", "install", "-q", "-r", at("django/requirements.txt")], { timeout: FETCHING });
  await greets(await serve(at("django"), python, ["shop.py"]));
});

test("Auth.js", { timeout: FETCHING }, async () => {
  await run("npm", ["install", "--ignore-scripts", "--no-audit", "--no-fund"], { cwd: at("authjs"), timeout: FETCHING });
  await greets(await serve(at("authjs"), process.execPath, ["server.mjs"]));
});

test("Apache with mod_auth_openidc", { timeout: FETCHING }, async () => {
  const behind = http.createServer((request, response) => {
    const { oidc_claim_name: name, oidc_claim_sub: sub } = request.headers;
    // Apache passes the bytes of UTF-8 on, and Node reads each as a character.
    response.end(`Hello ${Buffer.from(name ?? "", "latin1")}, you are ${sub}`);
  });
  behind.listen(Number(backPort), "localhost");
  await once(behind, "listening");
  const modules = ["mpm_event", "authn_core", "authz_core", "authz_user", "proxy", "proxy_http", "auth_openidc"];
  const loads = modules.map((it) => `LoadModule ${it}_module /usr/lib/apache2/modules/mod_${it}.so`);
  const whole = [
    `ServerRoot ${at("apache")}`, `PidFile ${at("apache/pid")}`, `ErrorLog ${at("apache/error.log")}`, "User www-data", "Group www-data",
    ...loads, `Include ${at("apache/shop.conf")}`, `ProxyPass / http://localhost:${backPort}/`,
  ];
  await writeFile(at("apache/whole.conf"), `${whole.join("\n")}\n`);
  const program = ["/usr/sbin/apache2", "/usr/sbin/httpd"].find(existsSync);
  assert.ok(program, "Apache is not here");
  try {
    const words = ["-f", at("apache/whole.conf"), "-DFOREGROUND"];
    await greets(await serve(at("apache"), program, words, { PASSPHRASE: "only for this test" }));
  } finally {
    behind.close();
  }
});
