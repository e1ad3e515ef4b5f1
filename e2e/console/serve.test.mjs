// From an empty database to the first login in a new tenant, in the browser alone but for the link that the host prints. The
// eIDs' test environments are the simulators of another process.

import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { after, before, test } from "node:test";

import { launch, lookAt } from "../browser.mjs";
import { Portvakt, freePorts } from "../portvakt.mjs";
import * as visitor from "../visitor.mjs";

const binary = process.env.PORTVAKT_BIN;
let world;
let service;
let browser;
let page;
let folder;
let config;
let port;
let console_origin;

/** Runs a command on the installation to its end, and gives what it printed as JSON. */
function told(...words) {
  const { status, stdout, stderr } = spawnSync(binary, [...words, "--json", "--config", config], { encoding: "utf8" });
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout);
}

before(async () => {
  port = await freePorts(2);
  console_origin = `http://console.localhost:${port}`;
  const shop = `http://id.localhost:${port}`;
  const callbacks = [console_origin, shop].flatMap((it) => ["no-bankid", "no-vipps"].map((eid) => `${it}/callback/${eid}`));
  world = await Portvakt.start({ eidCallbacks: callbacks });
  folder = await mkdtemp(path.join(tmpdir(), "portvakt-serve-"));
  config = path.join(folder, "portvakt.toml");
  const made = spawnSync(binary, ["config", "new-master-key"], { encoding: "utf8" });
  await writeFile(path.join(folder, "master.key"), made.stdout, { mode: 0o600 });
  const simulators = new URL(world.ready.bankid_issuer);
  const vipps = new URL(world.ready.vipps_issuer);
  await writeFile(
    config,
    `[database]
sqlite = "${folder}/portvakt.db"
[master_key]
file = "${folder}/master.key"
[listen]
addresses = ["127.0.0.1:${port}"]
[operator]
listen = "127.0.0.1:${port + 1}"
[console]
host = "console.localhost:${port}"
environment = "test"
[test_eids]
no_bankid = "${world.ready.bankid_issuer}"
no_vipps = "${world.ready.vipps_issuer}"
[outbound]
allowed = ["${simulators.host}", "userinfo.${simulators.host}", "${vipps.host}"]
`,
  );
  service = spawn(binary, ["serve", "--config", config], { stdio: ["ignore", "inherit", "pipe"] });
  for await (const line of createInterface({ input: service.stderr })) if (/ ready /.test(` ${line} `)) break;
  service.stderr.resume();
  browser = await launch();
  page = await (await browser.newContext({ locale: "en-GB" })).newPage();
  page.setDefaultTimeout(8000);
});

after(async () => {
  await browser?.close();
  if (service && service.exitCode === null) {
    service.kill("SIGINT");
    await once(service, "exit");
  }
  await world?.stop();
  if (folder) await rm(folder, { recursive: true, force: true });
});

const logIn = (name) => visitor.logIn(page, world.ready.people, name);

async function typeCredentials(secret) {
  const more = page.getByText("Replace the credentials");
  if (await more.isVisible()) await more.click();
  await page.fill("#client_id", world.ready.eid_credentials.client_id);
  await page.fill("#secret", secret);
  await page.click("#save-credentials");
}

test("an empty installation says how it is set up", async () => {
  await page.goto(console_origin);
  assert.match(await page.locator("main").innerText(), /portvakt operator invite/);
  await lookAt(page, "console not set up");
});

test("the link from the host: the eID's credentials are typed and checked, and the first operator signs in", async () => {
  const { link } = told("operator", "invite");
  await page.goto(link);
  await page.click("#enter");
  await page.waitForURL(/\/setup/);
  assert.equal(await page.locator("#callback").innerText(), `${console_origin}/callback/no-bankid`);
  assert.equal(await page.locator("#first-sign-in").count(), 0, "without credentials nobody can sign in");
  await typeCredentials("wrong");
  assert.match(await page.locator("main").innerText(), /unauthorized_client/);
  await lookAt(page, "console setup with a wrong secret");
  await typeCredentials(world.ready.eid_credentials.client_secret);
  await page.waitForURL(/done=activated/);
  await page.click("#first-sign-in");
  await logIn("Kari");
  await page.waitForURL(/\/tenants/);
});

test("a tenant, a domain, an eID and an application, and a person logs in", async () => {
  await page.click("#new-tenant");
  await page.fill("#name", "Butikken AS");
  await page.click("#create");
  await page.waitForURL(/\/t\/[0-9a-f]{32}/);
  const tenant = page.url().split("?")[0];
  assert.match(await page.locator("main").innerText(), /The operator’s turn/);
  await page.goto(`${tenant}/domains/new`);
  await page.fill("#host", `id.localhost:${port}`);
  await page.locator('input[name="environment"][value="test"]').check();
  await page.fill("#name", "test");
  await page.click("#create");
  await page.goto(`${tenant}/test/identity-sources`);
  await page.locator(".pc-card").first().getByRole("link").click();
  await page.locator('input[name="environment"][value="test"]').check();
  await typeCredentials(world.ready.eid_credentials.client_secret);
  await page.waitForURL(/done=saved/);
  assert.equal(await page.getByText("OK", { exact: true }).count(), 3);
  await page.goto(`${tenant}/test/applications/new`);
  await page.fill("#name", "Butikken");
  await page.fill("#client_id", "urn:shop");
  await page.fill("#redirect_uris", "http://localhost:9999/callback");
  await page.click("#create");
  await page.waitForSelector("#client-secret");
  await page.goto(`${tenant}/test/identity-sources`);
  await page.locator(".pc-card").first().getByRole("link").click();
  const [login] = await Promise.all([page.context().waitForEvent("page"), page.click("#try-login")]);
  const own = page;
  page = login;
  await logIn("Kari");
  await login.waitForURL(/\/trials/);
  page = own;
  await page.waitForSelector("#claims");
  assert.match(await page.locator("main").innerText(), /It worked/);
});

test("real people are refused where test people are operators", async () => {
  await page.goto(`${console_origin}/tenants`);
  await page.getByRole("link", { name: "Butikken AS" }).click();
  const tenant = page.url();
  await page.goto(`${tenant}/domains/new`);
  assert.equal(await page.locator('input[name="environment"][value="production"]').count(), 0);
  const form = { host: "id.butikken.example", environment: "production", name: "production" };
  const answer = await page.request.post(`${tenant}/domains`, { form, headers: { origin: console_origin, "accept-language": "en" } });
  assert.equal(answer.status(), 422);
  assert.match(await answer.text(), /for tests only/);
});
