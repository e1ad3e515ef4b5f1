// An installation that is killed at every step of an order: what was acknowledged is there, and nothing happened twice or by half.

import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";

import { request } from "playwright-core";

import { Portvakt, freePorts } from "../portvakt.mjs";
import { Requests, answers, fillIn, formOf, hidden, timeline } from "./by_requests.mjs";

const rounds = process.env.PORTVAKT_LONG ? 500 : 25;
/** Most steps take no longer; the kill falls into it, or a moment after it. In milliseconds. */
const LONGEST = 20;
/** What a step that takes longer is given with each attempt. */
const MORE = 30;
/** Within this a worker has done what it does by itself, in milliseconds. */
const BY_ITSELF = 6500;
/** How often it is killed on the way there. */
const ON_THE_WAY = 3;
/** What is done about what a kill left: an eID that was not asked, a letter that its dead sender holds for another minute. */
const MENDED = ["The eID could not be asked", "Sent a link again"];

let directory;
let port;
let portvakt;
let context;
let kari;
/** The address of the demo's tenant in the console. */
let tenant;
/** The page of the order that goes on. */
let order;
/** What her addresses in it have in common. */
let email;
/** The links that were found in letters, until something has happened: the mailbox ends with the process. */
const links = new Map();
let orders = 0;
let kills = 0;
/** Kills after which nothing was acknowledged, so that they fell into a step or before it. */
let during = 0;

const start = async () => {
  portvakt = await Portvakt.start({ directory, port });
};
const console_ = (way) => new URL(way, portvakt.ready.console).href;

/** Signs Kari in anew: what is decided needs a fresh sign-in. */
async function signIn(first) {
  const begun = first ?? (await kari.get(console_("/sign-in/begin?to=/")));
  const back = await kari.get(await kari.loggedIn(begun));
  assert.equal(back.status(), 303, await back.text());
}

/**
 * An installation with nothing in it but Kari, its operator. Each round has a new one: letters of a tenant are limited, and so are
 * checks.
 */
async function install() {
  await remove();
  directory = await mkdtemp(path.join(tmpdir(), "portvakt-kills-"));
  port = await freePorts(4);
  await start();
  context = await request.newContext({ extraHTTPHeaders: { "accept-language": "en" } });
  kari = new Requests(context);
  await kari.post(portvakt.ready.console_setup);
  await signIn(await kari.post(console_("/setup/sign-in")));
  const tenants = await kari.page(console_("/tenants"));
  tenant = console_(/href="(\/t\/[0-9a-f]{32})"[^>]*>\s*demo\s*</.exec(tenants)[1]);
}

async function remove() {
  await context?.dispose();
  await portvakt?.kill();
  if (directory) await rm(directory, { recursive: true, force: true });
}

after(remove);

/** Begins an order and fills it in. `more`: what other answers than usual it has. */
async function begin(eid, company, more = () => ({})) {
  const domain = hidden(await kari.page(`${tenant}/orders/new`), "domain");
  const begun = await kari.post(`${tenant}/orders`, { eid, domain });
  order = console_(begun.headers().location.replace(/\?.*/, ""));
  orders += 1;
  email = `kari${orders}`;
  const all = answers(portvakt.ready.companies.find((it) => it.name.startsWith(company)).number, email);
  const vipps = ["company", "signatories", "general", "receiver", "display-name", "number"];
  const asked = Object.entries(all).filter(([name]) => eid !== "no-vipps" || vipps.includes(name));
  await fillIn(kari, order, { ...Object.fromEntries(asked), ...more() });
}

/** What has happened to the order, but for what was done about a kill. */
const happened = async () => timeline(await kari.page(order)).filter((it) => !MENDED.includes(it));

/** The hidden fields of a form of the order. */
async function form(page, way, event) {
  const found = formOf(await kari.page(page), way, event);
  assert.ok(found, `${page} has no form for ${way} ${event ?? ""}`);
  return found;
}

/** The link in the letter to Kari with this subject. After a while she has it sent again, to `part`. */
async function link(subject, part) {
  if (links.has(subject)) return links.get(subject);
  for (let tries = 1; tries < 400; tries += 1) {
    const letters = (await kari.page(portvakt.ready.mailbox)).split("<article").slice(1);
    const letter = letters.find((it) => it.includes(subject) && it.includes(`-${email}@`));
    const found = /https?:\/\/console\.localhost:\d+\/order\/[0-9a-f]+\/[\w-]+/.exec(letter ?? "");
    if (found) {
      links.set(subject, found[0]);
      return found[0];
    }
    if (tries % 100 === 0) {
      const rows = (await kari.page(order)).split("<tr").filter((it) => it.includes(part));
      const again = /action="([^"]*send-again)"/.exec(rows.join(""));
      if (again) await kari.post(console_(again[1]));
    }
  }
  throw new Error(`no letter: ${subject}`);
}

/** Where the forms are that stand on another page than the order's. */
const PAGES = { submit: "/summary", amend: "/ask/amend", cancel: "/ask/cancel", withdraw: "/ask/withdraw" };

/** Something that a form of the order's page does. `door`: what it is posted to. */
const act = (door, event, says, note) => ({
  says: [says],
  prepare: () => form(`${order}${PAGES[event] ?? ""}`, `/${door}`, event),
  go: (filled) => kari.post(`${order}/${door}`, note ? { ...filled, [`note-${event}`]: note } : filled),
});

const approve = {
  says: ["Approved with an eID"],
  prepare: async () => kari.loggedIn(await kari.post(await link("asked to approve", "Approve"))),
  go: (address) => kari.get(address),
};

const decline = {
  says: ["Somebody who signs said no"],
  prepare: () => link("asked to approve", "Approve"),
  go: (address) => kari.post(`${address}/decline`, { note: "Not like this." }),
};

/** Kari follows the link of the receiver, and is let in. No step of the order. */
const letIn = {
  says: [],
  prepare: () => {},
  go: async () => kari.get(await kari.loggedIn(await kari.post(await link("Credentials are ready", "Receive the credentials")))),
};

const credentials = () => {
  const { client_id, client_secret: secret } = portvakt.ready.eid_credentials;
  return { client_id, secret };
};

/** After a kill between entering and checking, it is checked again. */
const enter = {
  says: ["Entered by the receiver", "Checked: works"],
  prepare: async () => {
    const text = await kari.page(`${order}/receive`);
    const again = formOf(text, "/receive/again", "checked_unreachable");
    if (again) return ["/again", again];
    return ["", { ...formOf(text, "/receive"), method: "client_secret_basic", ...credentials() }];
  },
  go: ([way, filled]) => kari.post(`${order}/receive${way}`, filled),
};

const deposit = {
  says: ["Credentials issued"],
  prepare: async () => ({ ...(await form(order, "/deposit")), ...credentials() }),
  go: (filled) => kari.post(`${order}/deposit`, filled),
};

const received = (way, says, event) => ({
  says: [says],
  prepare: () => form(`${order}/receive`, `/receive/${way}`, event),
  go: (filled) => kari.post(`${order}/receive/${way}`, filled),
});

/** Somebody logs in at the domain of the order with what it brought; the worker sees it, and closes the order. */
const firstLogin = {
  says: ["First real login"],
  isByItself: true,
  go: async () => {
    const { issuer, client_id, redirect_uri } = portvakt.ready;
    const address = new URL("/oauth2/authorize", issuer);
    const asked = { client_id, redirect_uri, response_type: "code", scope: "openid", state: "s", nonce: "n" };
    const pkce = { code_challenge: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM", code_challenge_method: "S256" };
    address.search = new URLSearchParams({ ...asked, ...pkce, acr_values: "urn:grn:authn:no:bankid" });
    const back = await kari.loggedIn(await kari.get(address.href), ({ href }) => href.startsWith(redirect_uri));
    assert.match(back, /code=/);
  },
};

const submit = act("act", "submit", "Submitted");
const withdrawn = [
  act("act", "withdraw", "Withdrawn by whoever ordered"),
  act("desk", "confirm_withdrawn", "Withdrawal confirmed by the issuer"),
];
const sent = [submit, approve, act("decide", "seal", "Sealed"), act("desk", "sent", "Sent to the issuer")];
const issue = act("decide", "issue", "Credentials issued");

/** The ways of an order, each with what begins it. Together they have every step that somebody takes. */
const WAYS = [
  {
    begin: () => begin("no-bankid", "FJELLVOKT"),
    steps: [
      submit,
      act("act", "amend", "To be amended"),
      ...sent,
      act("desk", "acknowledge", "Received by the issuer"),
      act("desk", "ask", "Question of the issuer", "Which name?"),
      act("act", "answer", "Answer", "Fjellvokt."),
      act("desk", "hold", "Put on hold", "We look into it."),
      act("desk", "resume", "Goes on"),
      issue,
      letIn,
      enter,
      firstLogin,
    ],
  },
  {
    begin: async () => {
      await begin("no-bankid", "FJELLVOKT");
      const chosen = { ...(await form(`${order}/handover`, "/handover")), handover: "deposited" };
      assert.equal((await kari.post(`${order}/handover`, chosen)).status(), 303);
    },
    steps: [
      ...sent,
      deposit,
      letIn,
      received("reveal", "Shown to the receiver"),
      received("again", "Lost by the receiver", "lose"),
      ...withdrawn,
    ],
  },
  {
    begin: () => begin("no-vipps", "FJELLVOKT"),
    steps: [
      submit,
      act("act", "declare_submitted", "Form submitted at Vipps"),
      act("act", "declare_completed", "Approved by Vipps"),
      letIn,
      received("again", "Tasks in the portal done", "tasks_done"),
      ...withdrawn,
    ],
  },
  {
    begin: () =>
      begin("no-bankid", "FJELLVOKT", () => ({
        number: { needed: "yes", reason: "To find them.", known_statute: "hvitvaskingsloven", paragraph: "§ 12" },
      })),
    steps: [
      submit,
      act("desk", "return", "Sent back by the operator", "Who signs?"),
      submit,
      act("desk", "accept", "Accepted by the operator"),
      decline,
      submit,
      act("decide", "reject", "Rejected", "No."),
    ],
  },
];

/** Takes a step until it has happened whole, with a kill in each attempt. `done`: what has happened before. */
async function take(step, done) {
  const whole = [...done, ...step.says];
  for (let attempts = 0; attempts < 50; attempts += 1) {
    const ready = await step.prepare();
    const killed = new Promise((resolve) => {
      setTimeout(() => resolve(portvakt.kill()), Math.random() * (LONGEST + attempts * MORE));
    });
    let answer;
    try {
      answer = await step.go(ready);
    } catch {
      during += 1;
    }
    const text = answer && (await answer.text().catch(() => ""));
    assert.ok(!answer || [200, 303].includes(answer.status()), `${step.says}: ${answer?.status()} ${text}`);
    await killed;
    kills += 1;
    await start();
    const now = await happened();
    assert.deepEqual(now, whole.slice(0, now.length), "nothing else happened, and nothing twice");
    assert.ok(now.length >= (answer ? whole : done).length, `${step.says} was acknowledged, and is lost: ${now}`);
    if (now.length === whole.length) {
      links.clear();
      return whole;
    }
  }
  throw new Error(`${step.says} never happened`);
}

/**
 * Begins what a worker does by itself, kills it on the way, and waits until it has happened: once, and whole. It is begun anew after
 * each kill: a login is counted up to a second later.
 */
async function comeToIt(step, done) {
  const whole = [...done, ...step.says];
  for (let attempts = 0; attempts < ON_THE_WAY; attempts += 1) {
    await step.go();
    await new Promise((resolve) => {
      setTimeout(() => resolve(portvakt.kill()), Math.random() * BY_ITSELF);
    });
    kills += 1;
    await start();
    const now = await happened();
    assert.deepEqual(now, whole.slice(0, now.length), "nothing else happened, and nothing twice");
  }
  await step.go();
  let now = await happened();
  for (const began = Date.now(); now.length < whole.length && Date.now() - began < 3 * BY_ITSELF; ) now = await happened();
  assert.deepEqual(now, whole);
  return whole;
}

async function assertChainsHold() {
  const { child } = portvakt.command("audit", "verify");
  const [code] = await once(child, "exit");
  assert.equal(code, 0, "the audit trail does not hold");
}

test(`orders go on through ${rounds} kills at every step, and nothing of them is lost, doubled or half done`, async (t) => {
  for (let turn = 0; kills < rounds || turn < WAYS.length; turn += 1) {
    const way = WAYS[turn % WAYS.length];
    if (way === WAYS[0]) await install();
    else await signIn();
    await way.begin();
    let done = await happened();
    for (const step of way.steps) {
      // Being let in changes nothing of the order.
      if (step === letIn) assert.equal((await letIn.go()).status(), 303);
      else if (step.isByItself) done = await comeToIt(step, done);
      else done = await take(step, done);
    }
    await assertChainsHold();
  }
  t.diagnostic(`${kills} kills, ${during} of them before an answer`);
  assert.ok(during > rounds / 5, `of ${kills} kills only ${during} fell into a step: too few to say anything`);
});
