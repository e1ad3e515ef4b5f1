// Secrets of orders go every way that there is, and are afterwards found nowhere: not in the database, its journal, a backup, what
// goes to the issuer, or what is logged at the most talkative level.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";

import { request } from "playwright-core";

import { Portvakt, freePorts } from "../portvakt.mjs";
import { Requests, answers, confirmContacts, fillIn, formOf, hidden, inviteOperator, textMessage, twinOf } from "./by_requests.mjs";
import { rows } from "./rows.mjs";

const run = promisify(execFile);

let directory;
let port;
let portvakt;
let context;
let kari;
let tenant;
let order;
let orders = 0;
let email;
/** What must be found nowhere, by what it is. */
const canaries = new Map();
const log = () => path.join(directory, "outside", "everything.log");
const console_ = (way) => new URL(way, portvakt.ready.console).href;

/** A secret as an eID could make it. */
function secret(what) {
  const value = randomBytes(24).toString("base64url");
  canaries.set(what, value);
  return value;
}

const start = async (fourEyes = false) => {
  portvakt = await Portvakt.start({ directory: path.join(directory, "data"), log: log(), port, fourEyes });
};

async function signIn(first) {
  const back = await kari.get(await kari.loggedIn(first ?? (await kari.get(console_("/sign-in/begin?to=/")))));
  assert.equal(back.status(), 303, await back.text());
}

before(async () => {
  directory = await mkdtemp(path.join(tmpdir(), "portvakt-canary-"));
  await mkdir(path.join(directory, "data"));
  await mkdir(path.join(directory, "outside"));
  process.env.PORTVAKT_LOG = "trace";
  port = await freePorts(4);
  await start();
  context = await request.newContext({ extraHTTPHeaders: { "accept-language": "en" } });
  kari = new Requests(context);
  await kari.post(portvakt.ready.console_setup);
  await signIn(await kari.post(console_("/setup/sign-in")));
  const tenants = await kari.page(console_("/tenants"));
  tenant = console_(/href="(\/t\/[0-9a-f]{32})"[^>]*>\s*demo\s*</.exec(tenants)[1]);
});

after(async () => {
  delete process.env.PORTVAKT_LOG;
  await context?.dispose();
  await portvakt?.kill();
  await rm(directory, { recursive: true, force: true });
});

const messages = new Set();
const smsCode = () => textMessage(kari, portvakt.ready.mailbox, messages);

/** Has every contact of the order confirm. */
const confirm = () =>
  confirmContacts(kari, order, {
    link,
    message: smsCode,
    note: (what, value) => canaries.set(`${what} of ${email}`, value),
  });

/** The newest link that was written to `part`'s address. */
async function link(part) {
  for (let tries = 0; tries < 1000; tries += 1) {
    const letters = (await kari.page(portvakt.ready.mailbox)).split("<article").slice(1);
    const letter = letters.find((it) => it.includes(`${part}-${email}@`));
    const found = /https?:\/\/console\.localhost:\d+\/order\/[0-9a-f]+\/([\w-]+)/.exec(letter ?? "");
    if (found) {
      canaries.set(`the link of ${email}'s ${part}`, found[1]);
      return found[0];
    }
  }
  throw new Error(`no letter to ${part}`);
}

const PAGES = { submit: "/summary", amend: "/ask/amend" };

async function act(door, event) {
  const page = `${order}${PAGES[event] ?? ""}`;
  const answer = await kari.post(`${order}/${door}`, formOf(await kari.page(page), `/${door}`, event));
  assert.equal(answer.status(), 303, `${event}: ${await answer.text()}`);
}

/** Begins an order and fills it in. `more`: what other answers than usual it has. */
async function begin(name, handover, more = {}) {
  email = name;
  const domain = hidden(await kari.page(`${tenant}/orders/new`), "domain");
  const begun = await kari.post(`${tenant}/orders`, { eid: "no-bankid", domain });
  order = console_(begun.headers().location.replace(/\?.*/, ""));
  const company = portvakt.ready.companies.find((it) => it.name.startsWith("FJELLVOKT"));
  orders += 1;
  await fillIn(kari, order, { ...answers(company.number, email, `9000${1000 + orders}`), ...more });
  const form = formOf(await kari.page(`${order}/handover`), "/handover");
  await kari.post(`${order}/handover`, { ...form, handover });
}

/** An order that is approved; contacts have confirmed with their codes. */
async function toBeSealed(name, handover) {
  await begin(name, handover);
  await act("act", "submit");
  await confirm();
  await kari.get(await kari.loggedIn(await kari.post(await link("signatory"))));
}

/** The same when the issuer has it. */
async function atTheIssuer(name, handover) {
  await toBeSealed(name, handover);
  await act("decide", "seal");
  await act("desk", "sent");
}

/** Has the simulated eID know a client with this secret, as the issuer would. */
async function register(client_id, client_secret) {
  const { bankid_issuer, issuer } = portvakt.ready;
  const redirect_uri = new URL("/callback/no-bankid", issuer).href;
  const address = new URL("/simulator/clients", bankid_issuer).href;
  const answer = await context.post(address, { data: { client_id, client_secret, redirect_uri } });
  assert.equal(answer.status(), 204);
}

const letIn = async () => kari.get(await kari.loggedIn(await kari.post(await link("receiver"))));

async function enter(client_id, value) {
  const form = formOf(await kari.page(`${order}/receive`), "/receive");
  const filled = { ...form, client_id, secret: value, method: "client_secret_basic" };
  assert.equal((await kari.post(`${order}/receive`, filled)).status(), 303);
}

async function deposit(client_id, value) {
  const form = formOf(await kari.page(order), "/deposit");
  assert.equal((await kari.post(`${order}/deposit`, { ...form, client_id, secret: value })).status(), 303);
}

const state = async () => /pc-chip[^>]*>.*?<span>([^<]*)<\/span>/s.exec((await kari.page(order)).split("<h1")[1])[1];

test("a secret is typed by the receiver, wrongly first", async () => {
  await atTheIssuer("typed", "receiver_enters");
  await act("decide", "issue");
  await letIn();
  await enter("typed", secret("a secret that the eID does not know"));
  assert.equal(await state(), "Does not work");
  const known = secret("the secret that the receiver typed");
  await register("typed", known);
  await enter("typed", known);
  assert.equal(await state(), "Works");
});

test("a deposited secret is installed unseen", async () => {
  await atTheIssuer("unseen", "deposited");
  const known = secret("the secret that was installed unseen");
  await register("unseen", known);
  await deposit("unseen", known);
  await letIn();
  const form = formOf(await kari.page(`${order}/receive`), "/receive");
  assert.equal((await kari.post(`${order}/receive`, form)).status(), 303);
  assert.equal(await state(), "Works");
});

test("a deposited secret is shown once, lost, and another one is deposited that nobody takes", async () => {
  await atTheIssuer("shown", "deposited");
  const shown = secret("the secret that was shown");
  await deposit("shown", shown);
  await letIn();
  const form = formOf(await kari.page(`${order}/receive`), "/receive/reveal");
  assert.ok((await (await kari.post(`${order}/receive/reveal`, form)).text()).includes(shown));
  const lost = formOf(await kari.page(`${order}/receive`), "/receive/again", "lose");
  assert.equal((await kari.post(`${order}/receive/again`, lost)).status(), 303);
  await deposit("shown", secret("a secret that waits"));
});

test("a deposited secret is destroyed when the order is amended", async () => {
  await atTheIssuer("amended", "deposited");
  await deposit("amended", secret("a secret that an amendment destroyed"));
  await act("act", "amend");
  assert.equal(await state(), "Draft");
});

test("a deposited secret is destroyed when nobody comes for it", async () => {
  await atTheIssuer("lapsed", "deposited");
  await deposit("lapsed", secret("a secret that time destroyed"));
  await portvakt.kill();
  const home = path.join(directory, "data");
  rows(home, "UPDATE orders SET expires_at = 0 WHERE id = ?", order.split("/").at(-1));
  await start();
  for (let tries = 0; tries < 1000 && (await state()) === "Ready to be received"; tries += 1);
  assert.equal(await state(), "Not received in time");
  const kept = rows(home, "SELECT kind FROM order_secrets WHERE order_id = ?", order.split("/").at(-1));
  assert.deepEqual(kept, []);
});

test("a deposited secret is proposed by one operator and confirmed by another", async () => {
  await portvakt.kill();
  await start(true);
  const others = await request.newContext({ extraHTTPHeaders: { "accept-language": "en" } });
  const ola = new Requests(others);
  await inviteOperator(kari, ola, { console: portvakt.ready.console, name: "Ola" });
  const confirmed = async () => {
    const answer = await ola.post(`${order}/confirm`, formOf(await ola.page(order), "/confirm"));
    assert.equal(answer.status(), 303, await answer.text());
  };
  await toBeSealed("proposed", "deposited");
  await act("decide", "seal");
  await confirmed();
  await act("desk", "sent");
  const known = secret("the secret that was proposed");
  await register("proposed", known);
  await deposit("proposed", known);
  assert.equal(await state(), "At the issuer");
  await confirmed();
  assert.equal(await state(), "Ready to be received");
  await others.dispose();
  await portvakt.kill();
  await start();
});

test("a colleague answers by link and code, a declaration is approved by its own link", async () => {
  await begin("declared", "receiver_enters", {
    number: { needed: "yes", reason: "Patients are told apart.", statute: "Pasientjournalloven", paragraph: "§ 6" },
  });
  const asked = await kari.post(`${order}/sections/purpose/colleagues`, { colleague: "Ola Berg" });
  assert.equal(asked.status(), 303, await asked.text());
  const section = (await kari.page(`${order}/sections/purpose`)).replaceAll("<wbr>", "");
  const [address, value] = /https?:\/\/console\.localhost:\d+\/section\/[0-9a-f]+\/([\w-]+)/.exec(section);
  const code = /(\d{3}) (\d{3})/.exec(section.split('id="colleagues"')[1]).slice(1).join("");
  canaries.set("the link of a colleague", value);
  canaries.set("the code of a colleague", code);
  assert.equal((await kari.post(address, { code })).status(), 303);
  const seen = hidden(await kari.page(address), "seen");
  const answered = await kari.post(`${address}/answers`, { seen, purpose: "Customers see their bookings." });
  assert.equal(answered.status(), 303, await answered.text());
  await act("act", "submit");
  await act("desk", "accept");
  await confirm();
  const signatory = await link("signatory");
  const declaration = console_(twinOf(await kari.page(signatory)));
  canaries.set("the link of a declarant", declaration.split("/").at(-1));
  for (const it of [signatory, declaration]) await kari.get(await kari.loggedIn(await kari.post(it)));
  assert.equal(await state(), "To be sealed");
  await act("decide", "seal");
  await act("desk", "sent");
});

/** Every form in which a value could have been written down. */
function forms(value) {
  if (/^\d{8}$/.test(value)) return [value];
  if (/^\d{6}$/.test(value)) return [value, `${value.slice(0, 3)} ${value.slice(3)}`];
  const bytes = Buffer.from(value);
  const hex = bytes.toString("hex");
  // Base64 at each of the three places where it can begin; what its neighbours decide is left out.
  const base64 = [0, 1, 2].map((ahead) => {
    const text = Buffer.concat([Buffer.alloc(ahead), bytes]).toString("base64");
    return text.slice(Math.ceil((ahead * 8) / 6), Math.floor(((ahead + bytes.length) * 8) / 6));
  });
  const url = base64.map((it) => it.replaceAll("+", "-").replaceAll("/", "_"));
  return [value, hex, hex.toUpperCase(), ...base64, ...url, Buffer.from(value, "base64url").toString("latin1")];
}

/** The kinds of canaries that are in these bytes. */
function found(bytes) {
  // A moment of the log has six digits, as a code has.
  const text = bytes.toString("latin1").replaceAll(/\d\d:\d\d:\d\d\.\d+/g, "");
  const stands = (form) => {
    if (!/^\d{3} ?\d{3}$|^\d{8}$/.test(form)) return text.includes(form);
    return new RegExp(`(?<![0-9a-zA-Z_-])${form}(?![0-9a-zA-Z_-])`).test(text);
  };
  return [...canaries].filter(([, value]) => forms(value).some(stands)).map(([what]) => what);
}

/** All files below a folder. */
async function files(folder) {
  const all = await readdir(folder, { recursive: true, withFileTypes: true });
  return all.filter((it) => it.isFile()).map((it) => path.join(it.parentPath ?? it.path, it.name));
}

test("what goes to the issuer has none of them", async () => {
  const taken = await kari.post(`${order}/dossier`);
  const outside = path.join(directory, "outside");
  const archive = path.join(outside, "dossier.zip");
  await writeFile(archive, await taken.body());
  const folder = path.join(outside, "dossier");
  await run(process.env.E2E_PYTHON ?? "python3", ["-m", "zipfile", "-e", archive, folder]);
  const all = await files(folder);
  assert.ok(all.length > 5, `${all}`);
  for (const file of all) {
    if (file.endsWith(".pdf")) await run("pdftotext", [file, `${file}.txt`]);
  }
});

test("none of them is found anywhere afterwards", async () => {
  const backup = path.join(directory, "outside", "backup");
  const { child } = portvakt.command("backup", "--file", backup);
  const code = await new Promise((resolve) => child.once("exit", resolve));
  assert.equal(code, 0);
  // As a power cut leaves it, with its journal.
  await portvakt.kill();
  const all = await files(directory);
  for (const part of ["portvakt.db", "portvakt.db-wal", "backup", "everything.log", "answers.json"]) {
    assert.ok(all.some((it) => it.endsWith(part)), `${part} is not among ${all}`);
  }
  assert.match(await readFile(log(), "latin1"), /TRACE|DEBUG/);
  // Eight secrets; of each order four links, three codes and two of phones; of the last one also two links and a code.
  assert.equal(canaries.size, 8 + 7 * 9 + 3);
  for (const [what, value] of canaries) {
    for (const form of forms(value)) {
      assert.ok(found(Buffer.from(`before ${form} after`, "latin1")).includes(what), `${what} could be missed`);
    }
  }
  for (const file of all) assert.deepEqual(found(await readFile(file)), [], file);
});
