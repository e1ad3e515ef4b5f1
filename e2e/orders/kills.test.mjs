// An installation that is killed at every step of an order, and while it does what time brings: what was acknowledged is there, and
// nothing happened twice or by half.

import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";

import { request } from "playwright-core";

import { Portvakt, freePorts } from "../portvakt.mjs";
import { Requests, answers, codesOf, confirmContacts, fillIn, formOf, hidden, inviteOperator, textMessage, timeline, twinOf } from "./by_requests.mjs";
import { rows } from "./rows.mjs";

const rounds = process.env.PORTVAKT_LONG ? 500 : 25;
/** Most steps take no longer; the kill falls into it, or a moment after it. In milliseconds. */
const LONGEST = 20;
/** What a step that takes longer is given with each attempt. */
const MORE = 30;
/** Within this a worker has done what it does by itself, in milliseconds. */
const BY_ITSELF = 6500;
/** How often it is killed on the way there. */
const ON_THE_WAY = 3;
/** What is done about what a kill left: a letter that its dead sender holds for another minute, or that is written anew. */
const MENDED = ["Sent a link again", "A letter to the issuer was written"];

/** In the database's microseconds. */
const DAY = 24 * 60 * 60 * 1_000_000;

let directory;
let port;
let portvakt;
let context;
let kari;
/** The browser of a second operator, where two have to agree. */
let others;
let ola;
let fourEyes = false;
/** The address of the demo's tenant in the console. */
let tenant;
/** The page of the order that goes on. */
let order;
/** What her addresses in it have in common. */
let email;
/** The links that were found in letters, until there are others: the mailbox ends with the process. */
const links = new Map();
/** The events that happened, of every way so far. */
const seen = new Set();
let orders = 0;
let kills = 0;
/** Kills after which nothing was acknowledged, so that they fell into a step or before it. */
let during = 0;
/** Of these, those that came before a worker had done what is due. */
let beforeTheWorker = 0;

/** How long the last start took, in milliseconds. */
let starting;
const start = async () => {
  const began = performance.now();
  portvakt = await Portvakt.start({ directory, port, fourEyes });
  starting = performance.now() - began;
};
/** Starts it, and kills it about when it is ready: a worker begins a moment before. `later`: by how much at most. */
async function startAndKill(later) {
  let killed;
  const spawned = (it) => {
    const after = starting - 2 * LONGEST + Math.random() * (3 * LONGEST + later);
    killed = new Promise((resolve) => {
      setTimeout(() => resolve(it.kill()), after);
    });
  };
  // Killed before it is ready, it has not started.
  await Portvakt.start({ directory, port, fourEyes, spawned }).catch(() => {});
  await killed;
}
const console_ = (way) => new URL(way, portvakt.ready.console).href;

/** Signs Kari in anew: what is decided needs a fresh sign-in. */
async function signIn(first) {
  const begun = first ?? (await kari.get(console_("/sign-in/begin?to=/")));
  const back = await kari.get(await kari.loggedIn(begun));
  assert.equal(back.status(), 303, await back.text());
}

/**
 * An installation with nothing in it but Kari, its operator. Each way has a new one: letters of a tenant are limited, and so are
 * checks.
 */
async function install(way) {
  await remove();
  fourEyes = way.fourEyes ?? false;
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

/** Ola becomes an operator, too, in a browser of his own. */
async function inviteOla() {
  others = await request.newContext({ extraHTTPHeaders: { "accept-language": "en" } });
  ola = new Requests(others);
  await inviteOperator(kari, ola, { console: portvakt.ready.console, name: "Ola" });
}

async function remove() {
  await others?.dispose();
  await context?.dispose();
  await portvakt?.kill();
  if (directory) await rm(directory, { recursive: true, force: true });
}

after(remove);

/** Begins an order and fills it in. `more`: what other answers than usual it has. */
async function begin(eid, more = {}) {
  const domain = hidden(await kari.page(`${tenant}/orders/new`), "domain");
  const begun = await kari.post(`${tenant}/orders`, { eid, domain });
  order = console_(begun.headers().location.replace(/\?.*/, ""));
  orders += 1;
  email = `kari${orders}`;
  links.clear();
  const all = answers(portvakt.ready.companies.find((it) => it.name.startsWith("FJELLVOKT")).number, email);
  const vipps = ["company", "signatories", "general", "receiver", "display-name", "number"];
  const asked = Object.entries(all).filter(([name]) => eid !== "no-vipps" || vipps.includes(name));
  await fillIn(kari, order, { ...Object.fromEntries(asked), ...more });
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

/** How the credentials of the order come. */
async function handOver(handover) {
  const chosen = { ...(await form(`${order}/handover`, "/handover")), handover };
  assert.equal((await kari.post(`${order}/handover`, chosen)).status(), 303);
}

/** Every contact confirms, which the seal waits for; who has done so before is not asked again. No step of the order. */
const LETTERS = {
  general: ["the contact of an order", "Confirm: contact"],
  block: ["who may block", "Confirm: may block"],
  receiver: ["the receiver of credentials", "Receive the credentials"],
};
const messages = new Set();
const confirmed = {
  go: () =>
    confirmContacts(kari, order, {
      link: (part) => link(...LETTERS[part]),
      message: () => textMessage(kari, portvakt.ready.mailbox, messages),
    }),
};

/** Somebody is asked for a section, and Kari for the code that goes to her phone: what is kept beside an order. */
async function askColleague() {
  const asked = await kari.post(`${order}/sections/general/colleagues`, { colleague: "Ola Berg" });
  assert.equal(asked.status(), 303, await asked.text());
}
async function askForPhoneCode() {
  const [, code] = codesOf(await kari.page(order));
  const address = await link("who may block", "block");
  assert.equal((await kari.post(address, { code })).status(), 303);
  assert.equal((await kari.post(`${address}/phone`)).status(), 303);
}

/** Where the forms are that stand on another page than the order's. */
const PAGES = { submit: "/summary", amend: "/ask/amend", cancel: "/ask/cancel", withdraw: "/ask/withdraw" };

/** Something that a form of the order's page does. `door`: what it is posted to. */
const act = (door, event, says, note) => ({
  says: [says],
  renews: ["submit", "new_link"].includes(event),
  prepare: () => form(`${order}${PAGES[event] ?? ""}`, `/${door}`, event),
  go: (filled) => kari.post(`${order}/${door}`, note ? { ...filled, [`note-${event}`]: note } : filled),
});

/** The letter of who signs leads to the declaration, too. */
const toOrder = () => link("asked to approve", "Approve");
async function toDeclaration() {
  const page = await kari.page(await toOrder());
  return console_(twinOf(page));
}

const approved = (where, says, name) => ({
  says: [says],
  prepare: async () => kari.loggedIn(await kari.post(await where()), { name }),
  go: (address) => kari.get(address),
});
const approve = approved(toOrder, "Approved with an eID");
const declare = approved(toDeclaration, "The declaration on the national identity number was approved", "Ola");
const mismatch = approved(toOrder, "Approved, but the name or birth date does not match exactly", "Ola");

const declined = (where, says) => ({
  says: [says],
  prepare: where,
  go: (address) => kari.post(`${address}/decline`, { note: "Not like this." }),
});
const decline = declined(toOrder, "Somebody who signs said no");
const declineDeclaration = declined(
  toDeclaration,
  "A signatory did not approve the declaration on the national identity number. The order goes on without the number",
);

const decideIdentity = (decision, says) => ({
  says: [says],
  prepare: () => form(order, "/identity"),
  go: (filled) => kari.post(`${order}/identity`, { ...filled, decision, note: "She has married." }),
});

/** Kari follows the link of the receiver, and is let in. No step of the order. */
const enteredBy = (subject) => ({
  go: async () => {
    const address = await link(subject, "Receive the credentials");
    const back = await kari.get(await kari.loggedIn(await kari.post(address)));
    assert.equal(back.status(), 303, await back.text());
  },
});
const letIn = enteredBy("Credentials are ready");
const letIntoPortal = enteredBy("portal is ready");

const credentials = () => {
  const { client_id, client_secret: secret } = portvakt.ready.eid_credentials;
  return { client_id, secret };
};

/** What ends with a check: after a kill before that, the receiver has it checked again. `fill`: where it is posted to, and what. */
const checked = (says, fill) => ({
  says,
  isChecked: true,
  prepare: async () => {
    const text = await kari.page(`${order}/receive`);
    const again = formOf(text, "/receive/again", "checked_unreachable");
    return again ? ["/again", again] : fill(text);
  },
  go: ([way, filled]) => kari.post(`${order}/receive${way}`, filled),
});
const WORKS = ["Entered by the receiver", "Checked: works"];
const FAILS = ["Entered by the receiver", "Checked: does not work"];
const BASIC = { method: "client_secret_basic" };

const enter = checked(WORKS, (page) => ["", { ...formOf(page, "/receive"), ...BASIC, ...credentials() }]);
const enterWrong = checked(FAILS, (page) => {
  return ["", { ...formOf(page, "/receive"), ...BASIC, client_id: "nobody", secret: "wrong" }];
});
/** A key pair is in use by its client ID alone. */
const enterKey = (client_id, says) => checked(says, (page) => ["", { ...formOf(page, "/receive"), client_id }]);
const installUnseen = checked(WORKS, (page) => ["", formOf(page, "/receive")]);
/** The eID does not answer, and then it does; it is down until the process ends. */
async function outage(method) {
  const address = new URL("/simulator/outage", portvakt.ready.bankid_issuer).href;
  assert.equal((await context.fetch(address, { method })).status(), 204);
}
const UNREACHABLE = "The eID could not be asked";
const whileDown = (step) => ({
  ...step,
  prepare: async () => {
    await outage("POST");
    return step.prepare();
  },
});
const whenUp = (step) => ({
  ...step,
  prepare: async () => {
    await outage("DELETE");
    return step.prepare();
  },
});
const again = (says) => checked(says, () => assert.fail("it is not being checked"));
const checkAgain = checked(["Checked again", "Checked: does not work"], (page) => {
  return ["/again", formOf(page, "/receive/again", "check_again")];
});

/** What the issuer does with the public key of the order: the simulated one forgets it with the process. */
async function register(client_id) {
  const key = /id="order-jwks"[^>]*>(.*?)<\/code>/s.exec(await kari.page(`${order}/documents`))[1];
  const jwks = JSON.parse(key.replace(/<[^>]*>/g, "").replaceAll("&#34;", '"').replaceAll("&quot;", '"'));
  const redirect_uri = new URL("/callback/no-bankid", portvakt.ready.issuer).href;
  const address = new URL("/simulator/clients", portvakt.ready.bankid_issuer).href;
  const answer = await context.post(address, { data: { client_id, redirect_uri, jwks } });
  assert.equal(answer.status(), 204);
}
const enterKnownKey = {
  ...enterKey("ordered", WORKS),
  prepare: async () => {
    await register("ordered");
    return enterKey("ordered", WORKS).prepare();
  },
};

const useAnyway = {
  says: ["Put in use although the check found a fault"],
  prepare: () => form(`${order}/receive/use-anyway`, "/receive/again"),
  go: (filled) => kari.post(`${order}/receive/again`, filled),
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
    const back = ({ href }) => href.startsWith(redirect_uri);
    assert.match(await kari.loggedIn(await kari.get(address.href), { back }), /code=/);
  },
};

/**
 * What comes with time. `older`: how the order's row is made older; `event`: what the worker writes down then, and `letters`: to how many
 * people it writes one of each kind.
 */
const later = (says, event, older, letters = {}) => ({ says, event, older, letters, isLater: true });
const older = (column, days) => `UPDATE orders SET ${column} = ${column} - ${days * DAY} WHERE id = ?`;
const timeRanOut = (days) => later(["Time ran out"], "expire", [older("expires_at", days)], { order_news: 1 });
/** One letter about order and declaration, and one to each contact: the block contact's phone is not confirmed. */
const reminded = later(
  ["A reminder went to those who have not answered"],
  "reminded",
  [older("since", 2)],
  { order_person: 4 },
);
/** No credentials of the source have this number any more, as a week after they were replaced. */
const credentialsGone = later(["Credentials no longer used"], "credentials_gone", [
  "UPDATE orders SET entered_version = entered_version + 1000 WHERE id = ?",
]);
/** As if it had died between the entry and its check, more than a minute ago. */
const checkedByItself = {
  ...later(
    ["Checked: does not work"],
    "checked_bad",
    [
      "DELETE FROM order_steps WHERE event = 'checked_bad' AND order_id = ?",
      `UPDATE orders SET state = 'checking', since = since - ${DAY} WHERE id = ?`,
    ],
    { order_news: 1 },
  ),
  takesBack: 1,
};
/** The domain of the order is switched off. */
const heldByItself = later(
  ["Put on hold"],
  "hold",
  ["UPDATE domains SET disabled_at = created_at WHERE id = (SELECT domain_id FROM orders WHERE id = ?)"],
  { order_news: 1 },
);
const removed = { ...later([], "removed", [older("expires_at", 366)]), removes: true };

const submit = act("act", "submit", "Submitted");
const cancel = act("act", "cancel", "Cancelled");
const resume = act("desk", "resume", "Goes on");
const amend = act("act", "amend", "To be amended");
const accept = act("desk", "accept", "Accepted by the operator");
const withdrawn = [
  act("act", "withdraw", "Withdrawn by whoever ordered"),
  act("desk", "confirm_withdrawn", "Withdrawal confirmed by the issuer"),
];
const sealed = [submit, confirmed, approve, act("decide", "seal", "Sealed")];
const sent = [...sealed, act("desk", "sent", "Sent to the issuer")];
const issue = act("decide", "issue", "Credentials issued");

/** An issuer that takes orders by letter. */
async function byLetter() {
  const form = formOf(await kari.page(console_("/issuers/new")), "/issuers");
  const issuer = { name: "Sparebanken Prøve", address: "Storgata 1, 0155 Oslo", email: "orders@bank.example", answers_within: "10", is_default: "yes" };
  const chosen = { evidence: "approved_by_login", handovers: "receiver_enters", catalogue: "thirteen_questions" };
  const saved = await kari.post(console_("/issuers"), { ...form, ...issuer, ...chosen });
  assert.equal(saved.status(), 303, await saved.text());
}
/** The order goes to the issuer when the letter has gone. */
const sentByLetter = {
  says: ["Sent to the issuer"],
  isByItself: true,
  go: async () => {
    const filled = formOf(await kari.page(order), "/desk", "sent");
    if (filled?.by_letter) assert.equal((await kari.post(`${order}/desk`, filled)).status(), 303);
  },
};
/** The letters to the issuer that are kept. */
const LETTERS_TO_ISSUER = `SELECT count(*) FROM letters WHERE kind = 'order_person' AND created_at IN
  (SELECT happened_at FROM order_steps WHERE event = 'letter_written' AND order_id = ?)`;
/** As if no mail server had taken it, and the letter had been discarded. */
const givenUp = {
  ...later(
    ["Could not be sent"],
    "send_failed",
    [
      "DELETE FROM order_steps WHERE event = 'sent' AND order_id = ?",
      "UPDATE orders SET state = 'sending' WHERE id = ?",
      "DELETE FROM letters WHERE tenant_id = (SELECT tenant_id FROM orders WHERE id = ?)",
    ],
  ),
  takesBack: 1,
};

/** What two operators have to agree on: Kari proposes, and Ola confirms it, or sets it aside. */
const PROPOSED = "Proposed; a second operator has to confirm";
const answeredByOla = (door, says) => ({
  says,
  prepare: async () => formOf(await ola.page(order), `/${door}`),
  go: (filled) => ola.post(`${order}/${door}`, filled),
});
/** Somebody's name is accepted by both. */
const acceptedByBoth = [
  { ...decideIdentity("accept"), says: [PROPOSED] },
  answeredByOla("confirm", ["Identity accepted by the operator"]),
];
const sealedByBoth = [
  { ...act("decide", "seal"), says: [PROPOSED] },
  answeredByOla("set-aside", ["Proposal set aside"]),
  { ...act("decide", "seal"), says: [PROPOSED] },
  answeredByOla("confirm", ["Sealed"]),
];

const withNumber = {
  number: { needed: "yes", reason: "Patients are told apart.", statute: "Pasientjournalloven", paragraph: "§ 6" },
};

/** The ways of an order, each with what begins it. Together they have every step that somebody takes, and what time brings. */
const WAYS = [
  {
    begin: () => begin("no-bankid"),
    steps: [
      submit,
      amend,
      ...sent,
      act("desk", "acknowledge", "Received by the issuer"),
      act("desk", "ask", "Question of the issuer", "Which name?"),
      act("act", "answer", "Answer", "Fjellvokt."),
      act("desk", "hold", "Put on hold", "We look into it."),
      resume,
      issue,
      timeRanOut(7),
      act("act", "new_link", "New link for the receiver"),
      letIn,
      whileDown({ ...enter, says: ["Entered by the receiver", UNREACHABLE] }),
      whileDown(again([UNREACHABLE])),
      whenUp(again(["Checked: works"])),
      firstLogin,
      credentialsGone,
    ],
  },
  {
    begin: async () => {
      await begin("no-bankid");
      await handOver("deposited");
    },
    steps: [
      ...sent,
      deposit,
      timeRanOut(7),
      act("act", "reissue", "Another secret asked for"),
      deposit,
      letIn,
      received("reveal", "Shown to the receiver"),
      received("again", "Lost by the receiver", "lose"),
      deposit,
      installUnseen,
      ...withdrawn,
      removed,
    ],
  },
  {
    begin: async () => {
      await begin("no-bankid");
      await handOver("key_pair");
    },
    steps: [
      ...sent,
      issue,
      letIn,
      enterKey("nobody", FAILS),
      checkedByItself,
      checkAgain,
      received("again", "Back to the issuer", "back_to_issuer"),
      issue,
      enterKnownKey,
      ...withdrawn,
    ],
  },
  {
    begin: () => begin("no-vipps"),
    steps: [
      submit,
      act("act", "declare_submitted", "Form submitted at Vipps"),
      act("act", "declare_completed", "Approved by Vipps"),
      letIntoPortal,
      received("again", "Tasks in the portal done", "tasks_done"),
      enterWrong,
      useAnyway,
      ...withdrawn,
    ],
  },
  {
    begin: () => begin("no-bankid", withNumber),
    steps: [
      submit,
      act("desk", "return", "Sent back by the operator", "Who signs?"),
      submit,
      accept,
      decline,
      submit,
      act("decide", "reject", "Rejected", "No."),
    ],
  },
  {
    begin: () => begin("no-bankid", withNumber),
    steps: [
      submit,
      accept,
      mismatch,
      decideIdentity("refuse", "Identity not accepted"),
      mismatch,
      decideIdentity("accept", "Identity accepted by the operator"),
      declare,
      amend,
      submit,
      accept,
      approve,
      declineDeclaration,
      cancel,
    ],
  },
  {
    begin: async () => {
      await begin("no-bankid", withNumber);
      await handOver("key_pair");
    },
    steps: [submit, accept, { go: askForPhoneCode }, reminded, timeRanOut(60), removed],
  },
  {
    begin: () => begin("no-bankid"),
    steps: [submit, amend, timeRanOut(90)],
  },
  {
    begin: () => begin("no-bankid"),
    steps: [submit, heldByItself, resume, cancel],
  },
  {
    begin: async () => {
      await begin("no-bankid");
      await handOver("key_pair");
      await askColleague();
    },
    steps: [removed],
  },
  {
    begin: async () => {
      await byLetter();
      await begin("no-bankid");
    },
    steps: [...sealed, sentByLetter, givenUp, sentByLetter, ...withdrawn],
  },
  {
    fourEyes: true,
    begin: async () => {
      await inviteOla();
      await begin("no-bankid");
    },
    steps: [submit, confirmed, mismatch, ...acceptedByBoth, ...sealedByBoth, cancel],
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
    // A source is checked ten times in ten minutes at most.
    if (step.isChecked) rows(directory, `UPDATE source_checks SET checked_at = checked_at - ${DAY}`);
    await start();
    const now = await happened();
    assert.deepEqual(now, whole.slice(0, now.length), "nothing else happened, and nothing twice");
    assert.ok(now.length >= (answer ? whole : done).length, `${step.says} was acknowledged, and is lost: ${now}`);
    if (now.length === whole.length) {
      if (step.renews) links.clear();
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

/** What is kept of an order, by table. */
const KEPT = ["order_steps", "order_people", "order_documents", "order_secrets", "phone_codes", "section_links"];

const id = () => order.split("/").at(-1);

/** To how many people letters of each kind were written since then; nobody gets two. */
function lettersSince(since) {
  const of = "SELECT kind, count(*), count(DISTINCT recipient_digest) FROM letters WHERE created_at >= ? GROUP BY kind";
  const found = rows(directory, of, since);
  for (const [kind, letters, people] of found) assert.equal(letters, people, `somebody got ${kind} twice`);
  return Object.fromEntries(found);
}

/** What the database has of the order while nothing runs: the events of its timeline, and what was written since then. */
function kept(since) {
  return {
    events: rows(directory, "SELECT event FROM order_steps WHERE order_id = ? ORDER BY position", id()).flat(),
    letters: lettersSince(since),
    audited: rows(
      directory,
      "SELECT details FROM audit_events WHERE object = ? AND action = 'order.moved' AND happened_at >= ?",
      `order ${id()}`,
      since,
    ).map(([details]) => JSON.parse(details).event),
  };
}

/** Makes the order older, and kills the worker while it does what that brings, until it has happened: once, and whole. */
async function pass(step, done) {
  await portvakt.kill();
  noteEvents();
  for (const statement of step.older) rows(directory, statement, id());
  const since = Date.now() * 1000;
  const before = kept(since);
  const whole = {
    events: step.removes ? [] : [...before.events, step.event],
    letters: step.letters,
    audited: step.event === "reminded" ? [] : [step.event],
  };
  for (let attempts = 0; attempts < 50; attempts += 1) {
    await startAndKill(attempts * LONGEST);
    kills += 1;
    const now = kept(since);
    if (now.events.length === before.events.length) {
      assert.deepEqual(now, before, "nothing happened by half");
      during += 1;
      beforeTheWorker += 1;
      continue;
    }
    assert.deepEqual(now, whole, "it happened whole, and once");
    if (step.removes) {
      const left = KEPT.map((it) => rows(directory, `SELECT count(*) FROM ${it} WHERE order_id = ?`, id())[0][0]);
      assert.deepEqual([...left, ...rows(directory, "SELECT count(*) FROM orders WHERE id = ?", id()).flat()], [0, 0, 0, 0, 0, 0, 0]);
    }
    await start();
    const texts = [...done.slice(0, done.length - (step.takesBack ?? 0)), ...step.says];
    if (!step.removes) assert.deepEqual(await happened(), texts);
    return texts;
  }
  throw new Error(`${step.event} never happened`);
}

const noteEvents = () => {
  for (const [event] of rows(directory, "SELECT DISTINCT event FROM order_steps")) seen.add(event);
};

async function assertChainsHold() {
  const { child } = portvakt.command("audit", "verify");
  const [code] = await once(child, "exit");
  assert.equal(code, 0, "the audit trail does not hold");
}

test(`orders go on through ${rounds} kills at every step, and nothing of them is lost, doubled or half done`, async (t) => {
  for (let turn = 0; kills < rounds || turn < WAYS.length; turn += 1) {
    const way = WAYS[turn % WAYS.length];
    await install(way);
    await way.begin();
    let done = await happened();
    for (const step of way.steps) {
      // Being let in changes nothing of the order.
      if (!step.says) await step.go();
      else if (step.isByItself) {
        done = await comeToIt(step, done);
        // What was written in place of a letter that was not sent has replaced it.
        if (step === sentByLetter) assert.deepEqual(rows(directory, LETTERS_TO_ISSUER, id()), [[1]]);
      }
      else if (step.isLater) done = await pass(step, done);
      else done = await take(step, done);
    }
    await assertChainsHold();
    noteEvents();
  }
  t.diagnostic(`${kills} kills, ${during} of them before an answer or before a worker's end (${beforeTheWorker})`);
  assert.ok(during > rounds / 5, `of ${kills} kills only ${during} fell into a step: too few to say anything`);
});

test("every event of an order was killed", async () => {
  const page = await readFile(new URL("../../docs/reference/orders.md", import.meta.url), "utf8");
  const events = new Set([...page.matchAll(/^\| \| (\w+) \|/gm)].map((it) => it[1]));
  assert.ok(events.size > 40, "the reference lists them all");
  assert.deepEqual([...events].filter((it) => !seen.has(it)), []);
});
