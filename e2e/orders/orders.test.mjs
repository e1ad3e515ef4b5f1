// From a company's number to credentials that work: an order in a real browser, by everybody who has a part in it.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { after, before, test } from "node:test";

import { launch, lookAt } from "../browser.mjs";
import { Portvakt } from "../portvakt.mjs";
import * as visitor from "../visitor.mjs";

const https = process.env.E2E_ORDERS_HTTP === undefined;
let portvakt;
let browser;
/** The first operator's, who also orders. */
let desk;
/** The order's page. */
let order;

const newPage = () => visitor.newPage(browser, { ignoreHTTPSErrors: https });
const logIn = (page, name) => visitor.logIn(page, portvakt.ready.people, name);

const company = (name) => portvakt.ready.companies.find((it) => it.name.startsWith(name)).number;

/** The address in the newest letter with this subject; it is sent a moment after its reason. */
async function linkFor(subject, to = "") {
  const mailbox = await newPage();
  const letter = mailbox.locator("article.letter").filter({ hasText: subject }).filter({ hasText: to }).first();
  for (let tries = 0; tries < 100; tries += 1) {
    await mailbox.goto(portvakt.ready.mailbox);
    if (await letter.isVisible()) break;
  }
  const text = await letter.locator("code").innerText();
  await mailbox.context().close();
  return /https?:\/\/console\.localhost:\d+\/order\/\S+/.exec(text)[0];
}

const section = async (page, name) => {
  await page.goto(`${order}/sections/${name}`);
  await lookAt(page, `order section ${name}`);
};
const save = async (page) => {
  await page.click("#save");
  await page.waitForURL(/done=order-saved/);
};
const state = (page) => page.locator(".pc-title .pc-chip, h1 ~ .pc-chip, main .pc-chip").first().innerText();

/** Begins the order of the page that is open, for the production domain where there is one. */
async function begin() {
  if (https) await desk.getByLabel(new URL(portvakt.ready.production_issuer).host).check();
  await desk.click("#begin");
  await desk.waitForURL(/\/orders\/[0-9a-f]{32}\?/);
  order = desk.url().replace(/\?.*/, "");
}

/** Everything but the company and who signs: with Kari in every other part. */
async function fillInTheRest(displayName) {
  await section(desk, "purpose");
  await desk.fill("#purpose", "Customers log in to see their bookings.");
  await save(desk);
  await section(desk, "bank");
  await desk.selectOption("#bank", { index: 3 });
  await desk.check("#customer");
  await save(desk);
  for (const name of ["general", "receiver"]) {
    await section(desk, name);
    await desk.selectOption("#same_as", "Kari Nordli");
    if (name === "receiver") await desk.fill("#mobile", "900 00 001");
    await save(desk);
  }
  for (const name of ["block", "operations"]) {
    await section(desk, name);
    await desk.selectOption("#contact-0-same_as", "Kari Nordli");
    await save(desk);
  }
  await section(desk, "display-name");
  await desk.fill("#display_name", displayName);
  await save(desk);
  await section(desk, "listing");
  await desk.fill("#listed_address", "https://www.fjellvokt.example");
  await save(desk);
  await section(desk, "number");
  await save(desk);
}

/** Approves on another device, with the newest letter to this person. */
async function approve(name, address) {
  const phone = await newPage();
  await phone.goto(await linkFor(/asked to approve/, address));
  await phone.click("#approve");
  await logIn(phone, name);
  await phone.waitForURL(/\/order\//);
  assert.match(await phone.locator("main").innerText(), /You have approved/);
  await phone.context().close();
}

async function act(id, then) {
  await desk.goto(order);
  await desk.click(`#${id}`);
  await desk.waitForURL(/done=order-moved/);
  assert.equal(await state(desk), then);
}

before(async () => {
  portvakt = await Portvakt.start({ https });
  browser = await launch();
  desk = await newPage();
  await desk.goto(portvakt.ready.console_setup);
  await desk.click("#enter");
  await desk.click("#first-sign-in");
  await logIn(desk, "Kari");
  await desk.waitForURL(/\/tenants/).catch(async (e) => { console.log(await desk.locator("body").innerText()); throw e; });
  await desk.getByRole("link", { name: "demo", exact: true }).click();
  await desk.waitForURL(/\/t\/[0-9a-f]{32}$/);
});

after(async () => {
  await browser?.close();
  await portvakt?.stop();
});

test("an order begins with what it takes, and the company's number fills in who signs", async () => {
  await desk.getByRole("link", { name: "Orders", exact: true }).click();
  await lookAt(desk, "orders, none");
  await desk.getByRole("link", { name: "New order" }).first().click();
  await lookAt(desk, "new order");
  await begin();
  await lookAt(desk, "order, begun");
  await section(desk, "company");
  await desk.fill("#number", "123456789");
  await desk.click("#save");
  assert.match(await desk.locator("main").innerText(), /a digit is wrong, or two are exchanged/);
  await desk.fill("#number", company("FJELLVOKT"));
  await save(desk);
  assert.match(await desk.locator("main").innerText(), /FJELLVOKT PRØVE AS/);
  await lookAt(desk, "order, company found");
});

test("the rest is filled in with few words, and the summary says what is approved", async () => {
  await section(desk, "signatories");
  await desk.fill("#signatory-0-email", "kari@fjellvokt.example");
  await save(desk);
  await fillInTheRest("Fjellvokt");
  await desk.goto(order);
  assert.match(await desk.locator("main").innerText(), /Everything is answered/);
  await desk.click("#to-summary");
  await lookAt(desk, "order summary");
  await desk.click("#submit");
  await desk.waitForURL(/done=order-moved/);
  assert.equal(await state(desk), "To be approved");
  await lookAt(desk, "order, to be approved");
});

test("the signatory approves on another device with a login that is bound to the documents", async () => {
  const link = await linkFor(/asked to approve/);
  const phone = await newPage();
  await phone.goto(link);
  await lookAt(phone, "order, approve");
  await phone.click("#approve");
  await logIn(phone, "Kari");
  await phone.waitForURL(/\/order\//);
  assert.match(await phone.locator("main").innerText(), /You have approved/);
  await phone.context().close();
  await desk.goto(order);
  assert.equal(await state(desk), "To be sealed");
});

test("who may block confirms letters and phone, each with a code, and has their eID recorded", async () => {
  const link = await linkFor(/named as somebody who may block/);
  await desk.goto(order);
  // The general contact's is the first, the block contact's the second.
  const codes = desk.locator("code.pc-mono").filter({ hasText: /^\d{3} \d{3}$/ });
  const contact = await newPage();
  await contact.goto(link);
  await contact.fill("#code", await codes.nth(1).innerText());
  await contact.click("#confirm");
  await contact.waitForSelector("#send-code");
  await lookAt(contact, "order, confirm a phone");
  await contact.click("#send-code");
  await contact.waitForSelector("#phone_code");
  await contact.fill("#phone_code", "00000000");
  await contact.click("#confirm-phone");
  await lookAt(contact, "order, a wrong code of a phone");
  const mailbox = await newPage();
  await mailbox.goto(portvakt.ready.mailbox);
  const message = mailbox.locator("article.letter").filter({ hasText: "+47" }).first();
  for (let tries = 0; tries < 100 && !(await message.isVisible()); tries += 1) await mailbox.reload();
  await lookAt(mailbox, "mailbox, a text message");
  await contact.fill("#phone_code", /\d{8}/.exec(await message.locator("code").innerText())[0]);
  await mailbox.context().close();
  await contact.click("#confirm-phone");
  await contact.waitForSelector("#record-eid");
  await lookAt(contact, "order, record an eID");
  await contact.click("#record-eid");
  await logIn(contact, "Kari");
  await contact.getByText("Recorded, not usable yet").waitFor();
  await lookAt(contact, "order, eID recorded");
  await contact.context().close();
  await desk.goto(order);
  await lookAt(desk, "order, people confirmed");
  assert.match(await desk.locator("main").innerText(), /Recorded, not usable yet/);
});

test("the operator seals, sends, and writes down that the credentials were issued", async () => {
  await desk.goto(new URL("/desk", portvakt.ready.console).href);
  await lookAt(desk, "order desk");
  await desk.goto(order);
  for (const [act, then] of [
    ["seal", "Being sent"],
    ["sent", "At the issuer"],
    ["issue", "Ready to be received"],
  ]) {
    await desk.click(`#${act}`);
    await desk.waitForURL(/done=order-moved/);
    assert.equal(await state(desk), then);
  }
  await lookAt(desk, "order, to be received");
});

test("the sealed documents are fetched, and others' programs find the seal intact", async () => {
  await desk.click("#open-documents");
  await lookAt(desk, "order documents");
  const [download] = await Promise.all([
    desk.waitForEvent("download"),
    desk.getByRole("link", { name: "Order and authorisation" }).first().click(),
  ]);
  const path = new URL("../artifacts/order.pdf", import.meta.url).pathname;
  await download.saveAs(path);
  const { stdout } = await promisify(execFile)("pdfsig", ["-nocert", path]);
  assert.match(stdout, /Signature is Valid/);
  assert.match(stdout, /ETSI\.CAdES\.detached/);
  assert.match(stdout, /Total document signed/);
  await desk.goto(order);
  const [dossier] = await Promise.all([desk.waitForEvent("download"), desk.click("#dossier")]);
  assert.match(dossier.suggestedFilename(), /^order-.*\.zip$/);
});

test("the receiver, and nobody else, enters the credentials; they are checked and in use", async () => {
  const link = await linkFor(/Credentials are ready/);
  const other = await newPage();
  await other.goto(link);
  await lookAt(other, "order, receive link");
  await other.click("#enter");
  await logIn(other, "Ola");
  await other.waitForURL(/sign-in\/callback/);
  assert.match(await other.locator("main").innerText(), /names somebody else as the receiver/);
  await other.context().close();
  const receiver = await newPage();
  await receiver.goto(link);
  await receiver.click("#enter");
  await logIn(receiver, "Kari");
  await receiver.waitForURL(/\/receive/);
  await lookAt(receiver, "order, enter credentials");
  const { client_id, client_secret } = portvakt.ready.eid_credentials;
  for (const [secret, then] of [
    ["wrong", "Does not work"],
    [client_secret, "Works"],
  ]) {
    await receiver.fill("#client_id", client_id);
    await receiver.locator('input[name="method"][value="client_secret_basic"]').check();
    await receiver.fill("#secret", secret);
    await receiver.click("#save-credentials");
    await receiver.waitForURL(/done=order-entered/);
    await desk.goto(order);
    assert.equal(await state(desk), then);
  }
  await lookAt(receiver, "order, received");
  await receiver.context().close();
});

test("the first real login with the credentials closes the order", async () => {
  const { issuer, production_issuer, client_id, redirect_uri } = portvakt.ready;
  const address = new URL("/oauth2/authorize", https ? production_issuer : issuer);
  for (const [name, value] of Object.entries({
    client_id,
    redirect_uri,
    response_type: "code",
    scope: "openid",
    acr_values: "urn:grn:authn:no:bankid",
    state: "s",
    nonce: "n",
    code_challenge: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
    code_challenge_method: "S256",
  })) {
    address.searchParams.set(name, value);
  }
  const person = await newPage();
  await person.goto(address.href);
  await logIn(person, "Ola");
  await person.waitForURL(/code=|callback/);
  await person.context().close();
  for (let tries = 0; tries < 60 && (await state(desk)) !== "Live"; tries += 1) {
    await desk.waitForTimeout(250);
    await desk.goto(order);
  }
  assert.equal(await state(desk), "Live");
  assert.match(await desk.locator("main").innerText(), /First real login/);
  await lookAt(desk, "order, live");
});

test("two sign together, the issuer asks, the order is amended, approved anew, and goes on", async () => {
  await desk.goto(order.replace(/\/[0-9a-f]{32}$/, "/new"));
  await begin();
  await section(desk, "company");
  await desk.fill("#number", company("TVILLINGTÅRN"));
  await save(desk);
  await section(desk, "signatories");
  await desk.locator("input[name=combination]").first().check();
  await save(desk);
  await lookAt(desk, "order, two sign together");
  await desk.fill("#signatory-0-email", "kari@tvilling.example");
  await desk.fill("#signatory-1-email", "ola@tvilling.example");
  await save(desk);
  await fillInTheRest("Tvilling");
  await desk.goto(`${order}/summary`);
  await desk.click("#submit");
  await approve("Kari", "kari@tvilling.example");
  await desk.goto(order);
  assert.equal(await state(desk), "To be approved");
  await approve("Ola", "ola@tvilling.example");
  await act("seal", "Being sent");
  await act("sent", "At the issuer");
  await desk.getByText("The issuer asks something").first().click();
  await desk.fill("#note-ask", "Which name is to be shown?");
  await desk.click("#ask");
  await desk.waitForURL(/done=order-moved/);
  await lookAt(desk, "order, asked by the issuer");
  await desk.fill("#note-answer", "Tvillingtårn; we change the order.");
  await desk.click("#answer");
  await desk.waitForURL(/done=order-moved/);
  assert.match(await desk.locator("main").innerText(), /Which name is to be shown/);
  await desk.getByRole("button", { name: "Amend the order" }).click();
  await desk.waitForURL(/done=order-moved/);
  assert.equal(await state(desk), "Draft");
  await section(desk, "display-name");
  await desk.fill("#display_name", "Tvillingtårn");
  await save(desk);
  await desk.goto(`${order}/summary`);
  await desk.click("#submit");
  await approve("Kari", "kari@tvilling.example");
  await approve("Ola", "ola@tvilling.example");
  await act("seal", "Being sent");
  await act("sent", "At the issuer");
  await act("issue", "Ready to be received");
  await lookAt(desk, "order, amended and issued");
});

test("a company of another country brings its certificate, and the operator looks at it first", async () => {
  await desk.goto(order.replace(/\/[0-9a-f]{32}$/, "/new"));
  await begin();
  await section(desk, "company");
  await desk.fill("#number", "556677-8899");
  await desk.check("#foreign");
  await desk.fill("#company_name", "Provbolaget AB");
  await desk.fill("#company_address", "Provgatan 1, 111 22 Stockholm, Sverige");
  await save(desk);
  await section(desk, "certificate");
  const upload = (name, buffer) => desk.setInputFiles("#file", { name, mimeType: "application/pdf", buffer });
  await upload("certificate.pdf", Buffer.from("MZ this is a program"));
  await desk.click("#save");
  await desk.getByText("The file is no PDF, whatever it is called").first().waitFor();
  await lookAt(desk, "order, certificate refused");
  const printed = await newPage();
  await printed.setContent("<h1>Registreringsbevis</h1>");
  await upload("certificate.pdf", await printed.pdf());
  await printed.context().close();
  await save(desk);
  await section(desk, "signatories");
  await desk.fill("#signatory-0-name", "Kari Nordli");
  await desk.fill("#signatory-0-birth_date", "1984-05-17");
  await desk.fill("#signatory-0-email", "kari@provbolaget.example");
  await save(desk);
  await fillInTheRest("Provbolaget");
  await desk.goto(`${order}/summary`);
  await desk.click("#submit");
  await desk.waitForURL(/done=order-moved/);
  assert.equal(await state(desk), "In review");
  await lookAt(desk, "order, in review");
  await act("accept", "To be approved");
});
