// What the journeys of orders share: an installation with its first operator, who also orders, and the steps of an order.

import assert from "node:assert/strict";

import { launch, lookAt } from "../browser.mjs";
import { Portvakt } from "../portvakt.mjs";
import * as visitor from "../visitor.mjs";

/** With `E2E_ORDERS_HTTP` everything is at the test domain, without TLS. */
export const https = process.env.E2E_ORDERS_HTTP === undefined;

export class OrderDesk {
  portvakt;
  browser;
  /** The first operator's page, who also orders. */
  desk;
  /** The address of the tenant in the console. */
  tenant;
  /** The address of the order's page. */
  order;
  /** Whether each section is looked at as it is filled in; one journey does. */
  looksAtSections = false;
  /** Kari's address in the order. */
  email;
  #opened = new Set();
  #orders = 0;

  /** Starts an empty installation; Kari becomes its operator and goes to the demo's tenant. */
  static async open() {
    const it = new OrderDesk();
    it.portvakt = await Portvakt.start({ https });
    it.browser = await launch();
    it.desk = await it.newPage();
    await it.desk.goto(it.portvakt.ready.console_setup);
    await it.desk.click("#enter");
    await it.desk.click("#first-sign-in");
    await it.logIn(it.desk, "Kari");
    await it.desk.waitForURL(/\/tenants/);
    await it.desk.getByRole("link", { name: "demo", exact: true }).click();
    await it.desk.waitForURL(/\/t\/[0-9a-f]{32}$/);
    it.tenant = it.desk.url();
    return it;
  }

  async close() {
    await this.browser?.close();
    await this.portvakt?.stop();
  }

  newPage() {
    return visitor.newPage(this.browser, { ignoreHTTPSErrors: https });
  }

  logIn(page, name) {
    return visitor.logIn(page, this.portvakt.ready.people, name);
  }

  company(name) {
    return this.portvakt.ready.companies.find((it) => it.name.startsWith(name)).number;
  }

  /** The address in the newest letter with this subject, which no letter before had; it is sent a moment after its reason. */
  async linkFor(subject, to = "") {
    const mailbox = await this.newPage();
    const letter = mailbox.locator("article.letter").filter({ hasText: subject }).filter({ hasText: to }).first();
    for (let tries = 0; tries < 200; tries += 1) {
      await mailbox.goto(this.portvakt.ready.mailbox);
      if (!(await letter.isVisible())) continue;
      const [link] = /https?:\/\/console\.localhost:\d+\/order\/\S+/.exec(await letter.locator("code").innerText());
      if (this.#opened.has(link)) continue;
      this.#opened.add(link);
      await mailbox.context().close();
      return link;
    }
    throw new Error(`no new letter: ${subject}`);
  }

  async section(name) {
    await this.desk.goto(`${this.order}/sections/${name}`);
    if (this.looksAtSections) await lookAt(this.desk, `order section ${name}`);
  }

  async save() {
    await this.desk.click("#save");
    await this.desk.waitForURL(/done=order-saved/);
  }

  /** What the chip beside the title says. */
  state() {
    return this.desk.locator(".pc-title .pc-chip, h1 ~ .pc-chip, main .pc-chip").first().innerText();
  }

  /** Begins the order of the page that is open, for the production domain where there is one. */
  async begin() {
    const { desk, portvakt } = this;
    if (https) await desk.getByLabel(new URL(portvakt.ready.production_issuer).host).check();
    await desk.click("#begin");
    await desk.waitForURL(/\/orders\/[0-9a-f]{32}\?/);
    this.order = desk.url().replace(/\?.*/, "");
  }

  /** Begins another order. */
  async beginAnother(eid) {
    await this.desk.goto(`${this.tenant}/orders/new`);
    if (eid) await this.desk.check(`input[name=eid][value="${eid}"]`);
    await this.begin();
  }

  async fillInCompany(name) {
    await this.section("company");
    await this.desk.fill("#number", this.company(name));
    await this.save();
  }

  /** Who signs, where the registry says that it is Kari alone. Each order has another address: letters to one are limited. */
  async fillInKari() {
    this.#orders += 1;
    this.email = `kari${this.#orders}@fjellvokt.example`;
    await this.fillIn("signatories", { "signatory-0-email": this.email });
  }

  async fillIn(name, fields) {
    await this.section(name);
    for (const [id, value] of Object.entries(fields)) await this.desk.fill(`#${id}`, value);
    await this.save();
  }

  /** Everything but the company and who signs: with Kari in every other part. */
  async fillInTheRest(displayName) {
    const { desk } = this;
    await this.fillIn("purpose", { purpose: "Customers log in to see their bookings." });
    await this.section("bank");
    await desk.fill("#bank", "Andebu Sparebank");
    await desk.check("#customer");
    await this.save();
    for (const name of ["general", "receiver"]) {
      await this.section(name);
      await desk.selectOption("#same_as", "Kari Nordli");
      if (name === "receiver") await desk.fill("#mobile", "900 00 001");
      await this.save();
    }
    for (const name of ["block", "operations"]) {
      await this.section(name);
      await desk.selectOption("#contact-0-same_as", "Kari Nordli");
      await this.save();
    }
    await this.fillIn("display-name", { display_name: displayName });
    await this.fillIn("listing", { listed_address: "https://www.fjellvokt.example" });
    await this.fillIn("number", {});
  }

  async submit(then) {
    await this.desk.goto(`${this.order}/summary`);
    await this.desk.click("#submit");
    await this.desk.waitForURL(/done=order-moved/);
    if (then) assert.equal(await this.state(), then);
  }

  /** Approves on another device, with the newest letter to this person. */
  async approve(name, address) {
    const phone = await this.newPage();
    await phone.goto(await this.linkFor(/asked to approve/, address));
    await phone.click("#approve");
    await this.logIn(phone, name);
    await phone.waitForURL(/\/order\//);
    assert.match(await phone.locator("main").innerText(), /You have approved/);
    await phone.context().close();
  }

  /** Kari, who has approved, confirms the phone that she has in every other part; the seal waits for it. */
  async confirmPhone() {
    await this.desk.goto(this.order);
    if (!(await this.desk.getByText("can be sealed when these have confirmed").isVisible())) return;
    const phone = await this.newPage();
    await phone.goto(await this.linkFor(/named as somebody who may block/, this.email));
    await phone.click("#send-code");
    await phone.fill("#phone_code", await this.textMessage());
    await phone.click("#confirm-phone");
    await phone.getByText(/, confirmed/).waitFor();
    await phone.context().close();
  }

  /** The code in the newest text message, which no message before had. */
  async textMessage(look = async () => {}) {
    const mailbox = await this.newPage();
    const message = mailbox.locator("article.letter").filter({ hasText: "+47" }).first();
    for (let tries = 0; tries < 200; tries += 1) {
      await mailbox.goto(this.portvakt.ready.mailbox);
      const [code] = (await message.isVisible()) ? /\d{8}/.exec(await message.locator("code").innerText()) : [];
      if (!code || this.#opened.has(code)) continue;
      this.#opened.add(code);
      await look(mailbox);
      await mailbox.context().close();
      return code;
    }
    throw new Error("no new text message");
  }

  /** The operator seals, once the contacts have confirmed. */
  async seal() {
    await this.confirmPhone();
    await this.act("seal", "Being sent");
  }

  async act(id, then) {
    await this.desk.goto(this.order);
    await this.desk.click(`#${id}`);
    await this.desk.waitForURL(/done=order-moved/);
    assert.equal(await this.state(), then);
  }

  /** The same, where something is said with it; it stands behind a heading that opens. */
  async actWithNote(id, note, then) {
    await this.desk.goto(this.order);
    await this.desk.locator("details").filter({ has: this.desk.locator(`#note-${id}`) }).locator("summary").click();
    await this.desk.fill(`#note-${id}`, note);
    await this.desk.click(`#${id}`);
    await this.desk.waitForURL(/done=order-moved/);
    assert.equal(await this.state(), then);
  }

  /** What the receiver got works, and the first real login with it closes the order. */
  async goesLive() {
    await this.desk.goto(this.order);
    await this.comesTo("Works");
    await this.firstLogin();
    await this.comesTo("Live");
  }

  /** From nothing to an order that the issuer has. `handover`: how the credentials come. */
  async atTheIssuer(displayName, handover) {
    await this.beginAnother();
    await this.fillInCompany("FJELLVOKT");
    await this.fillInKari();
    await this.fillInTheRest(displayName);
    if (handover) {
      await this.desk.goto(`${this.order}/handover`);
      await this.desk.check(`input[name=handover][value="${handover}"]`);
      await lookAt(this.desk, "order handover");
      await this.save();
    }
    await this.submit("To be approved");
    await this.approve("Kari", this.email);
    await this.seal();
    await this.act("sent", "At the issuer");
  }

  /** The page of the receiver, who comes by the link of their letter and signs in. */
  async receiver(subject = /Credentials are ready/) {
    const page = await this.newPage();
    await page.goto(await this.linkFor(subject, this.email));
    await page.click("#enter");
    await this.logIn(page, "Kari");
    await page.waitForURL(/\/receive/);
    return page;
  }

  /** Types what the issuer gave on the receiver's page, which closes afterwards. */
  async enterCredentials(receiver) {
    const { client_id, client_secret } = this.portvakt.ready.eid_credentials;
    await receiver.fill("#client_id", client_id);
    await receiver.locator('input[name="method"][value="client_secret_basic"]').check();
    await receiver.fill("#secret", client_secret);
    await receiver.click("#save-credentials");
    await receiver.waitForURL(/done=order-entered/);
    await receiver.context().close();
  }

  /** A real person logs in at the domain of the order. */
  async firstLogin(acr = "urn:grn:authn:no:bankid", at = /bankid\.localhost/) {
    const { issuer, production_issuer, client_id, redirect_uri } = this.portvakt.ready;
    const address = new URL("/oauth2/authorize", https ? production_issuer : issuer);
    for (const [name, value] of Object.entries({
      client_id,
      redirect_uri,
      response_type: "code",
      scope: "openid",
      acr_values: acr,
      state: "s",
      nonce: "n",
      code_challenge: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
      code_challenge_method: "S256",
    })) {
      address.searchParams.set(name, value);
    }
    const page = await this.newPage();
    await page.goto(address.href);
    await page.waitForURL(at);
    const ola = this.portvakt.ready.people.find((it) => it.name.includes("Ola"));
    await page.check(`input[name=person][value="${ola.id}"]`);
    await page.locator("#outcome-approve-device, #outcome-approve").first().click();
    await page.waitForURL(/code=|callback/);
    await page.context().close();
  }

  /** Waits for what a worker does within a second. */
  async comesTo(then) {
    for (let tries = 0; tries < 80 && (await this.state()) !== then; tries += 1) {
      await this.desk.waitForTimeout(250);
      await this.desk.goto(this.order);
    }
    assert.equal(await this.state(), then);
  }
}
