// An order by requests alone, without a browser's pages: fast enough to be tried hundreds of times.

import assert from "node:assert/strict";

const unescaped = (text) => text.replaceAll("&amp;", "&").replaceAll("&#38;", "&");

/** The value of a hidden field of a page. */
export const hidden = (page, name) => new RegExp(`name="${name}" value="([^"]*)"`).exec(page)?.[1] ?? "";

/** The hidden fields of the form of a page that is posted to `way`, and says `event` where that is asked for. */
export function formOf(page, way, event) {
  const forms = page.split("<form").slice(1).map((it) => it.split("</form>")[0]);
  const is = (it) => it.includes(`${way}"`) && (!event || hidden(it, "event") === event);
  const form = forms.find(is);
  if (!form) return undefined;
  return Object.fromEntries([...form.matchAll(/type="hidden" name="([^"]*)" value="([^"]*)"/g)].map((it) => it.slice(1)));
}

/** What one person does in one browser, as requests. `requests`: Playwright's, which keep cookies. */
export class Requests {
  #requests;

  constructor(requests) {
    this.#requests = requests;
  }

  get(address) {
    return this.#requests.get(address, { maxRedirects: 0 });
  }

  async page(address) {
    return (await this.#requests.get(address)).text();
  }

  post(address, form = {}) {
    return this.#requests.post(address, { form, headers: { origin: new URL(address).origin }, maxRedirects: 0 });
  }

  /** Where an answer leads: by its header, or by a page that goes on by itself. */
  async #next(answer) {
    const { location } = answer.headers();
    const href = location ?? /http-equiv="refresh" content="0; url=([^"]*)"/.exec(await answer.text())?.[1];
    return href && new URL(unescaped(href), answer.url()).href;
  }

  /**
   * Goes on from an answer to the simulated eID, where Kari logs in, or somebody else; gives the address that they come back to,
   * unopened. `back`: what is known of it.
   */
  async loggedIn(answer, { back = ({ pathname }) => pathname === "/sign-in/callback", name = "Kari" } = {}) {
    for (let steps = 0; steps < 20; steps += 1) {
      const next = await this.#next(answer);
      if (next && back(new URL(next))) return next;
      if (next) {
        answer = await this.get(next);
        continue;
      }
      const page = await answer.text();
      const request = unescaped(hidden(page, "request"));
      const people = page.matchAll(/name="person" value="([^"]*)"[^>]*>\s*<span class="pv-person__name">([^<]*)</g);
      const person = [...people].find((it) => it[2].startsWith(name))?.[1];
      assert.ok(request && person, page);
      answer = await this.post(new URL("/simulator/decision", answer.url()).href, {
        request,
        person,
        outcome: "approve-device",
      });
    }
    throw new Error("a login that never ends");
  }
}

/** The texts of an order's timeline, from its beginning. */
export function timeline(page) {
  const [, after] = page.split('id="timeline"');
  const names = [...(after ?? "").matchAll(/<p class="pc-step__name">(.*?)<\/p>/gs)];
  return names.map((it) => it[1].replace(/<span class="pc-unseen">.*?<\/span>|<[^>]*>/gs, "").trim()).reverse();
}

/** The codes of those who confirm by link and code, in the order in which they are listed. */
export function codesOf(page) {
  const [, codes = ""] = page.split('id="codes"');
  return [...codes.matchAll(/>\s*(\d{3}) (\d{3})\s*</g)].map((it) => it[1] + it[2]);
}

/**
 * Has every contact of an order confirm, with the codes that its page shows, and their phones. `link`: gives the link in the letter to
 * `general`, `block` or `receiver`; `message`: the code of the newest text message; `note`: is told each code.
 */
export async function confirmContacts(requests, order, { link, message, note = () => {} }) {
  const codes = codesOf(await requests.page(order));
  const parts = ["general", "block", "receiver"].slice(0, codes.length);
  for (const [at, part] of parts.entries()) {
    const address = await link(part);
    note(`the code of ${part}`, codes[at]);
    const confirmed = await requests.post(address, { code: codes[at] });
    assert.equal(confirmed.status(), 303, `${part}: ${await confirmed.text()}`);
    if (part === "general") continue;
    assert.equal((await requests.post(`${address}/phone`)).status(), 303, part);
    const phone_code = await message();
    note(`the code of the phone of ${part}`, phone_code);
    assert.equal((await requests.post(`${address}/phone-code`, { phone_code })).status(), 303, part);
  }
}

/** Has `other` become an operator, who is called `name` at the eID; `requests` invites them, and confirms who they are. */
export async function inviteOperator(requests, other, { console, name }) {
  const at = (way) => new URL(way, console).href;
  const made = await requests.post(at("/operators/invitations"), { label: name, roles: "operator", language: "en" });
  const page = made.status() === 303 ? await requests.page(at(made.headers().location)) : await made.text();
  const link = /id="invitation-link"[^>]*>(.*?)<\/code>/s.exec(page)[1].replace(/<[^>]*>/g, "").trim();
  const back = await other.get(await other.loggedIn(await other.post(link), { name }));
  assert.equal(back.status(), 303, await back.text());
  const operators = await requests.page(at("/operators"));
  const [, confirm] = /action="(\/operators\/[0-9a-f]+\/operator\/confirm)"/.exec(operators);
  const joined = await requests.post(at(confirm), formOf(operators, confirm));
  assert.equal(joined.status(), 303, await joined.text());
}

/** Gives the code of the newest text message in a mailbox that is none of `known`, and adds it to them. */
export async function textMessage(requests, mailbox, known) {
  for (let tries = 0; tries < 1000; tries += 1) {
    const letters = (await requests.page(mailbox)).split("<article").slice(1);
    const message = letters.find((it) => it.includes("+47"));
    const [code] = /(?<!\d)\d{8}(?!\d)/.exec(message?.split("<code")[1] ?? "") ?? [];
    if (!code || known.has(code)) continue;
    known.add(code);
    return code;
  }
  throw new Error("no new text message");
}

/** Where a link of an approval's page leads: to what the same person approves beside it. */
export const twinOf = (page) => /<a[^>]*id="twin"[^>]*>/.exec(page)?.[0].match(/href="([^"]*)"/)[1];

/** Fills in the sections of an order; what is not named keeps what it has. */
export async function fillIn(requests, order, sections) {
  for (const [name, fields] of Object.entries(sections)) {
    const address = `${order}/sections/${name}`;
    const seen = hidden(await requests.page(address), "seen");
    const answer = await requests.post(address, { seen, ...fields });
    assert.equal(answer.status(), 303, `${name}: ${await answer.text()}`);
  }
}

/**
 * What the sections are answered with, by Kari in every part. `email`: hers, before the `@`. Each part has an address of its own:
 * letters to one are limited, and so are messages to one phone.
 */
export function answers(number, email, mobile = "90000001") {
  const kari = { name: "Kari Nordli", email: `general-${email}@example.com` };
  const first = { "contact-0-name": "Kari Nordli", "contact-0-email": `block-${email}@example.com` };
  return {
    company: { number },
    purpose: { purpose: "Customers log in." },
    signatories: { "signatory-0-email": `signatory-${email}@example.com`, "signatory-0-eid": "no-bankid" },
    bank: { bank: "937903502", customer: "yes" },
    general: kari,
    receiver: { ...kari, email: `receiver-${email}@example.com`, mobile, birth_date: "1984-05-17" },
    block: { ...first, "contact-0-mobile": mobile },
    operations: first,
    "display-name": { display_name: "Fjellvokt" },
    listing: { listed_address: "https://www.fjellvokt.example" },
    number: { needed: "no" },
  };
}
