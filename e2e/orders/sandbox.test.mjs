// Under `portvakt serve`, in the browser: an order in the sandbox, from a synthetic company's number to credentials that work. The
// sandbox answers at a host of the same process; who signs in does so with the simulators of another one.

import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";

import { launch, lookAt } from "../browser.mjs";
import { Portvakt, freePorts } from "../portvakt.mjs";
import { newPage } from "../visitor.mjs";
import { OrderDesk } from "./order.mjs";

const { E2E_PYTHON: python, PORTVAKT_BIN: binary } = process.env;
const here = path.dirname(fileURLToPath(import.meta.url));
const order = new OrderDesk();
let world;
let service;
let folder;
let origin;

/** Runs a command on the installation to its end, and gives what it printed as JSON. */
function told(...words) {
  const { status, stdout, stderr } = spawnSync(binary, [...words, "--json", "--config", path.join(folder, "portvakt.toml")], {
    encoding: "utf8",
  });
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout);
}

before(async () => {
  const port = await freePorts(2);
  origin = `https://console.localhost:${port}`;
  world = await Portvakt.start({ eidCallbacks: [`${origin}/callback/no-bankid`] });
  folder = await mkdtemp(path.join(tmpdir(), "portvakt-sandbox-"));
  const file = (name) => path.join(folder, name);
  const hosts = ["console.localhost", "id.localhost", "sandbox.localhost"];
  const made = spawnSync(python, [path.join(here, "../letters/certificates.py"), folder, ...hosts]);
  assert.equal(made.status, 0, String(made.stderr));
  await chmod(file("key.pem"), 0o600);
  const key = spawnSync(binary, ["config", "new-master-key"], { encoding: "utf8" }).stdout;
  await writeFile(file("master.key"), key, { mode: 0o600 });
  const bankid = new URL(world.ready.bankid_issuer).host;
  await writeFile(
    file("portvakt.toml"),
    `[database]
sqlite = "${file("portvakt.db")}"
[master_key]
file = "${file("master.key")}"
[listen]
addresses = ["127.0.0.1:${port}"]
[[listen.certificate]]
chain = "${file("chain.pem")}"
key = "${file("key.pem")}"
[operator]
listen = "127.0.0.1:${port + 1}"
[console]
host = "console.localhost:${port}"
environment = "test"
[sandbox]
host = "sandbox.localhost:${port}"
[test_eids]
no_bankid = "${world.ready.bankid_issuer}"
[outbound]
extra_roots_file = "${file("authority.pem")}"
allowed = ["${bankid}", "userinfo.${bankid}"]
`,
  );
  service = spawn(binary, ["serve", "--config", file("portvakt.toml")], { stdio: ["ignore", "inherit", "pipe"] });
  for await (const line of createInterface({ input: service.stderr })) if (/ ready /.test(` ${line} `)) break;
  service.stderr.resume();
  order.portvakt = world;
  order.browser = await launch();
  order.newPage = () => newPage(order.browser, { ignoreHTTPSErrors: true });
  order.desk = await order.newPage();
  // Letters are in the order's mailbox.
  order.linkFor = async (about) => {
    await order.desk.goto(`${order.order}/mailbox`);
    const row = order.desk.locator("tr").filter({ hasText: String(about).includes("approve") ? "Approve" : "Receive the credentials" });
    return new URL(await row.getByRole("link").first().getAttribute("href"), origin).href;
  };
});

after(async () => {
  await order.browser?.close();
  if (service && service.exitCode === null) {
    service.kill("SIGINT");
    await once(service, "exit");
  }
  await world?.stop();
  if (folder) await rm(folder, { recursive: true, force: true });
});

test("an operator makes a tenant with a test domain", async () => {
  const { desk } = order;
  await desk.goto(told("operator", "invite").link);
  await desk.click("#enter");
  await desk.fill("#client_id", world.ready.eid_credentials.client_id);
  await desk.fill("#secret", world.ready.eid_credentials.client_secret);
  await desk.click("#save-credentials");
  await desk.waitForURL(/done=saved/);
  await desk.click("#first-sign-in");
  await order.logIn(desk, "Kari");
  await desk.waitForURL(/\/tenants/);
  await desk.click("#new-tenant");
  await desk.fill("#name", "Butikken AS");
  await desk.click("#create");
  await desk.waitForURL(/\/t\/[0-9a-f]{32}/);
  order.tenant = desk.url().split("?")[0];
  // Over TLS, as test domains are that others can reach; in the console, those of `localhost` are without.
  told("domains", "create", `id.localhost:${new URL(origin).port}`, "--tenant", "Butikken AS", "--environment", "test");
});

test("an order for it is in the sandbox, and says so; its company is looked up there", async () => {
  const { desk } = order;
  await desk.goto(`${order.tenant}/orders/new`);
  await lookAt(desk, "order sandbox new");
  await desk.click("#begin");
  await desk.waitForURL(/\/orders\/[0-9a-f]{32}\?/);
  order.order = desk.url().replace(/\?.*/, "");
  await lookAt(desk, "order sandbox draft");
  await order.section("company");
  await desk.locator("details").filter({ hasText: "FJELLVOKT" }).locator("summary").click();
  await lookAt(desk, "order sandbox company");
  await order.fillInCompany("FJELLVOKT");
  await order.fillInKari();
  await order.fillInTheRest("Butikken");
  await order.submit("To be approved");
  await desk.goto(`${order.order}/mailbox`);
  await lookAt(desk, "order sandbox mailbox");
  const phone = await order.newPage();
  await phone.goto(await order.linkFor("approve"));
  await phone.click("#approve");
  await phone.waitForURL(/sandbox\.localhost/);
  await lookAt(phone, "order sandbox approve");
  await order.logIn(phone, "Kari");
  await phone.waitForURL(/\/order\//);
  assert.match(await phone.locator("main").innerText(), /You have approved/);
  await phone.context().close();
});

test("whoever ordered seals, sends and issues it, and the receiver's credentials work", async () => {
  const { desk } = order;
  await desk.goto(order.order);
  await lookAt(desk, "order sandbox page");
  await order.seal();
  await order.act("sent", "At the issuer");
  await order.act("issue", "Ready to be received");
  // A person of the sandbox, in this browser alone: no member of the console.
  const receiver = await order.newPage();
  await receiver.goto(await order.linkFor("receive"));
  await receiver.click("#enter");
  await receiver.waitForURL(/sandbox\.localhost/);
  await order.logIn(receiver, "Kari");
  await receiver.waitForURL(/\/order\/.*\/receive/);
  await lookAt(receiver, "order sandbox receive");
  await receiver.fill("#client_id", "anything");
  await receiver.fill("#secret", "anything");
  await receiver.click("#save-credentials");
  await receiver.waitForURL(/done=order-entered/);
  await lookAt(receiver, "order sandbox received");
  await desk.goto(order.order);
  assert.equal(await order.state(), "Works");
  await desk.goto(`${order.tenant}/orders`);
  await lookAt(desk, "order sandbox list");
  assert.equal(told("orders", "list", "--tenant", "Butikken AS")[0].is_sandbox, true);
});
