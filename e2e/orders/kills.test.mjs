// An installation that is killed while an order goes on: what was acknowledged is there, and nothing happened twice or by half.

import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";

import { launch } from "../browser.mjs";
import { Portvakt, freePorts } from "../portvakt.mjs";
import { logIn } from "../visitor.mjs";

const rounds = process.env.PORTVAKT_LONG ? 500 : 25;
/** After so many submissions another order is begun: those of one are bounded. */
const MOST = 30;
let browser;
let context;
let directory;
let port;
let portvakt;
/** The address of the demo's tenant in the console. */
let tenant;

const start = async () => {
  portvakt = await Portvakt.start({ directory, port });
};
const post = (address, form) =>
  context.request.post(address, { form, headers: { origin: new URL(address).origin }, maxRedirects: 0 });
const hidden = (page, name) => new RegExp(`name="${name}" value="([^"]*)"`).exec(page)?.[1] ?? "";

before(async () => {
  directory = await mkdtemp(path.join(tmpdir(), "portvakt-kills-"));
  port = await freePorts(4);
  await start();
  browser = await launch();
  context = await browser.newContext({ locale: "en-GB", extraHTTPHeaders: { "accept-language": "en" } });
  const page = await context.newPage();
  await page.goto(portvakt.ready.console_setup);
  await page.click("#enter");
  await page.click("#first-sign-in");
  await logIn(page, portvakt.ready.people, "Kari");
  await page.waitForURL(/\/tenants/);
  await page.getByRole("link", { name: "demo", exact: true }).click();
  await page.waitForURL(/\/t\/[0-9a-f]{32}$/);
  tenant = page.url();
  await page.close();
});

after(async () => {
  await browser?.close();
  await portvakt?.kill();
  await rm(directory, { recursive: true, force: true });
});

/** Begins an order and fills it in; gives the address of its page. */
async function filledIn() {
  const page = await (await context.request.get(`${tenant}/orders/new`)).text();
  const domain = /name="domain" value="([0-9a-f]{32})"/.exec(page)[1];
  const begun = await post(`${tenant}/orders`, { eid: "no-bankid", domain });
  const order = new URL(begun.headers().location, portvakt.ready.console).href.replace(/\?.*/, "");
  const kari = { name: "Kari Nordli", email: "kari@example.com" };
  const first = { "contact-0-name": "Kari Nordli", "contact-0-email": "kari@example.com" };
  const sections = {
    company: { number: portvakt.ready.companies.find((it) => it.name.startsWith("FJELLVOKT")).number },
    purpose: { purpose: "Customers log in." },
    signatories: { "signatory-0-email": "kari@example.com", "signatory-0-eid": "no-bankid" },
    bank: { bank: "937903502", customer: "yes" },
    general: kari,
    receiver: { ...kari, mobile: "90000001", birth_date: "1984-05-17" },
    block: { ...first, "contact-0-mobile": "90000001" },
    operations: first,
    "display-name": { display_name: "Fjellvokt" },
    listing: { listed_address: "https://www.fjellvokt.example" },
    number: { needed: "no" },
  };
  for (const [name, fields] of Object.entries(sections)) {
    const address = `${order}/sections/${name}`;
    const seen = hidden(await (await context.request.get(address)).text(), "seen");
    assert.equal((await post(address, { seen, ...fields })).status(), 303, name);
  }
  return order;
}

/** What the page of an order says: its version, and what happened, from its beginning. */
async function look(order) {
  const page = await (await context.request.get(`${order}/summary`)).text();
  const whole = await (await context.request.get(order)).text();
  const happened = [...whole.split('id="timeline"')[1].matchAll(/Submitted|To be amended/g)].map((it) => it[0]);
  return { version: hidden(page, "version") || hidden(whole, "version"), happened: happened.reverse() };
}

test(`an order goes on through ${rounds} kills, and nothing of it is lost, doubled or half done`, async () => {
  let order = await filledIn();
  let acknowledged = 0;
  let [kills, steps] = [0, 0];
  while (kills < rounds) {
    const killed = new Promise((resolve) => {
      setTimeout(() => resolve(portvakt.kill()), 15 + Math.random() * 150);
    });
    try {
      for (;;) {
        const { version, happened } = await look(order);
        const event = happened.length % 2 === 0 ? "submit" : "amend";
        const answer = await post(`${order}/act`, { event, version });
        assert.equal(answer.status(), 303, await answer.text());
        acknowledged += 1;
        steps += 1;
      }
    } catch (error) {
      if (error instanceof assert.AssertionError) throw error;
    }
    await killed;
    kills += 1;
    await start();
    const { happened } = await look(order);
    assert.ok([acknowledged, acknowledged + 1].includes(happened.length), `${acknowledged}: ${happened}`);
    assert.deepEqual(happened, happened.map((_, at) => (at % 2 === 0 ? "Submitted" : "To be amended")));
    acknowledged = happened.length;
    if (acknowledged > MOST) {
      order = await filledIn();
      acknowledged = 0;
    }
  }
  assert.ok(steps >= rounds, `${steps} steps were acknowledged between ${kills} kills: too few to say anything`);
});
