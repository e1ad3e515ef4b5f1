// From a company's number to credentials that work: an order in a real browser, by everybody who has a part in it.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { after, before, test } from "node:test";

import { lookAt } from "../browser.mjs";
import { OrderDesk } from "./order.mjs";

/** The installation. */
let office;
/** The first operator's page. */
let desk;

before(async () => {
  office = await OrderDesk.open();
  desk = office.desk;
  office.looksAtSections = true;
});

after(() => office?.close());

test("an order begins with what it takes, and the company's number fills in who signs", async () => {
  await desk.getByRole("link", { name: "Orders", exact: true }).click();
  await lookAt(desk, "orders, none");
  await desk.getByRole("link", { name: "New order" }).first().click();
  await lookAt(desk, "new order");
  await office.begin();
  await lookAt(desk, "order, begun");
  await office.section("company");
  await desk.fill("#number", "123456789");
  await desk.click("#save");
  assert.match(await desk.locator("main").innerText(), /a digit is wrong, or two are exchanged/);
  await desk.fill("#number", office.company("FJELLVOKT"));
  await office.save();
  assert.match(await desk.locator("main").innerText(), /FJELLVOKT PRØVE AS/);
  await lookAt(desk, "order, company found");
});

test("the rest is filled in with few words, and the summary says what is approved", async () => {
  await office.section("signatories");
  await desk.fill("#signatory-0-email", "kari@fjellvokt.example");
  await office.save();
  await office.fillInTheRest("Fjellvokt");
  await desk.goto(office.order);
  assert.match(await desk.locator("main").innerText(), /Everything is answered/);
  await desk.click("#to-summary");
  await lookAt(desk, "order summary");
  await desk.click("#submit");
  await desk.waitForURL(/done=order-moved/);
  assert.equal(await office.state(), "To be approved");
  await lookAt(desk, "order, to be approved");
});

test("who may block confirms letters and phone, each with a code, and has their eID recorded", async () => {
  const link = await office.linkFor(/named as somebody who may block/);
  await desk.goto(office.order);
  // The general contact's is the first, the block contact's the second, the receiver's the third.
  const codes = desk.locator("code.pc-mono").filter({ hasText: /^\d{3} \d{3}$/ });
  const contact = await office.newPage();
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
  const code = await office.textMessage((mailbox) => lookAt(mailbox, "mailbox, a text message"));
  await contact.fill("#phone_code", code);
  await contact.click("#confirm-phone");
  await contact.waitForSelector("#record-eid");
  await lookAt(contact, "order, record an eID");
  await contact.click("#record-eid");
  await office.logIn(contact, "Kari");
  await contact.getByText("Recorded, not usable yet").waitFor();
  await lookAt(contact, "order, eID recorded");
  await contact.context().close();
  await desk.goto(office.order);
  await lookAt(desk, "order, people confirmed");
  assert.match(await desk.locator("main").innerText(), /Recorded, not usable yet/);
});

test("the general contact, who has confirmed in another part, sees how the order stands", async () => {
  const link = await office.linkFor(/named as the contact of an order/);
  const contact = await office.newPage();
  await contact.goto(link);
  await contact.locator("#standing").waitFor();
  assert.match(await contact.locator("main").innerText(), /To be approved/);
  await lookAt(contact, "order, how it stands");
  await contact.context().close();
});

test("the signatory approves on another device with a login that is bound to the documents", async () => {
  const link = await office.linkFor(/asked to approve/);
  const phone = await office.newPage();
  await phone.goto(link);
  await lookAt(phone, "order, approve");
  await phone.click("#approve");
  await office.logIn(phone, "Kari");
  await phone.waitForURL(/\/order\//);
  assert.match(await phone.locator("main").innerText(), /You have approved/);
  await phone.context().close();
  await desk.goto(office.order);
  assert.equal(await office.state(), "To be sealed");
});

test("the operator seals, sends, and writes down that the credentials were issued", async () => {
  await desk.goto(new URL("/desk", office.portvakt.ready.console).href);
  await lookAt(desk, "order desk");
  await desk.goto(office.order);
  for (const [act, then] of [
    ["seal", "Being sent"],
    ["sent", "At the issuer"],
    ["issue", "Ready to be received"],
  ]) {
    await desk.click(`#${act}`);
    await desk.waitForURL(/done=order-moved/);
    assert.equal(await office.state(), then);
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
  await desk.goto(office.order);
  const [dossier] = await Promise.all([desk.waitForEvent("download"), desk.click("#dossier")]);
  assert.match(dossier.suggestedFilename(), /^order-.*\.zip$/);
});

test("the receiver, and nobody else, enters the credentials; they are checked and in use", async () => {
  const link = await office.linkFor(/Credentials are ready/);
  const other = await office.newPage();
  await other.goto(link);
  await lookAt(other, "order, receive link");
  await other.click("#enter");
  await office.logIn(other, "Ola");
  await other.waitForURL(/sign-in\/callback/);
  assert.match(await other.locator("main").innerText(), /names somebody else as the receiver/);
  await other.context().close();
  const receiver = await office.newPage();
  await receiver.goto(link);
  await receiver.click("#enter");
  await office.logIn(receiver, "Kari");
  await receiver.waitForURL(/\/receive/);
  await lookAt(receiver, "order, enter credentials");
  const { client_id, client_secret } = office.portvakt.ready.eid_credentials;
  for (const [secret, then] of [
    ["wrong", "Does not work"],
    [client_secret, "Works"],
  ]) {
    await receiver.fill("#client_id", client_id);
    await receiver.locator('input[name="method"][value="client_secret_basic"]').check();
    await receiver.fill("#secret", secret);
    await receiver.click("#save-credentials");
    await receiver.waitForURL(/done=order-entered/);
    await desk.goto(office.order);
    assert.equal(await office.state(), then);
  }
  await lookAt(receiver, "order, received");
  await receiver.context().close();
});

test("the first real login with the credentials closes the order", async () => {
  await office.firstLogin();
  await office.comesTo("Live");
  assert.match(await desk.locator("main").innerText(), /First real login/);
  await lookAt(desk, "order, live");
});

test("two sign together, the issuer asks, the order is amended, approved anew, and goes on", async () => {
  await desk.goto(`${office.tenant}/orders/new`);
  await office.begin();
  assert.match(await desk.locator("#other-order").getAttribute("href"), /\/orders\/[0-9a-f]{32}$/);
  await lookAt(desk, "order, a second one for the domain");
  await office.section("company");
  await desk.fill("#number", office.company("TVILLINGTÅRN"));
  await office.save();
  await office.section("signatories");
  await desk.locator("input[name=combination]").first().check();
  await office.save();
  await lookAt(desk, "order, two sign together");
  await desk.fill("#signatory-0-email", "kari@tvilling.example");
  await desk.fill("#signatory-1-email", "ola@tvilling.example");
  await office.save();
  await office.fillInTheRest("Tvilling");
  await desk.goto(`${office.order}/summary`);
  await desk.click("#submit");
  await office.approve("Kari", "kari@tvilling.example");
  await desk.goto(office.order);
  assert.equal(await office.state(), "To be approved");
  await office.approve("Ola", "ola@tvilling.example");
  await office.seal();
  await office.act("sent", "At the issuer");
  await desk.getByText("The issuer asks something").first().click();
  await desk.fill("#note-ask", "Which name is to be shown?");
  await desk.click("#ask");
  await desk.waitForURL(/done=order-moved/);
  await lookAt(desk, "order, asked by the issuer");
  await desk.fill("#note-answer", "Tvillingtårn; we change the order.");
  await desk.click("#answer");
  await desk.waitForURL(/done=order-moved/);
  assert.match(await desk.locator("main").innerText(), /Which name is to be shown/);
  await desk.click("#amend");
  await lookAt(desk, "order, amend asked");
  await desk.click("#confirm-act");
  await desk.waitForURL(/done=order-moved/);
  assert.equal(await office.state(), "Draft");
  await office.section("display-name");
  await desk.fill("#display_name", "Tvillingtårn");
  await office.save();
  await desk.goto(`${office.order}/summary`);
  await desk.click("#submit");
  await office.approve("Kari", "kari@tvilling.example");
  await office.approve("Ola", "ola@tvilling.example");
  await office.seal();
  await office.act("sent", "At the issuer");
  await office.act("issue", "Ready to be received");
  await lookAt(desk, "order, amended and issued");
  office.email = "kari@tvilling.example";
  await office.enterCredentials(await office.receiver());
  await office.goesLive();
});

test("a company of another country brings its certificate, and the operator looks at it first", async () => {
  await desk.goto(`${office.tenant}/orders/new`);
  await office.begin();
  await office.section("company");
  await desk.fill("#number", "556677-8899");
  await desk.check("#foreign");
  await desk.fill("#company_name", "Provbolaget AB");
  await desk.fill("#company_address", "Provgatan 1, 111 22 Stockholm, Sverige");
  await office.save();
  await office.section("certificate");
  const upload = (name, buffer) => desk.setInputFiles("#file", { name, mimeType: "application/pdf", buffer });
  const daysAgo = (days) => new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10);
  await desk.fill("#issued", daysAgo(120));
  await upload("certificate.pdf", Buffer.from("MZ this is a program"));
  await desk.click("#save");
  await desk.getByText("The file is no PDF, whatever it is called").first().waitFor();
  await lookAt(desk, "order, certificate refused");
  const printed = await office.newPage();
  await printed.setContent("<h1>Registreringsbevis</h1>");
  await upload("certificate.pdf", await printed.pdf());
  await printed.context().close();
  await office.save();
  assert.match(await desk.locator("main").innerText(), /is older than three months/);
  await office.section("certificate");
  await lookAt(desk, "order, an old certificate");
  await office.section("signatories");
  await desk.fill("#signatory-0-name", "Kari Nordly");
  await desk.fill("#signatory-0-birth_date", "1984-05-17");
  await desk.fill("#signatory-0-email", "kari@provbolaget.example");
  await office.save();
  await office.section("signatories");
  await lookAt(desk, "order, who signs is typed");
  await desk.fill("#signatory-0-name", "Kari Nordli");
  await office.save();
  await office.fillInTheRest("Provbolaget");
  await desk.goto(`${office.order}/summary`);
  await desk.click("#submit");
  await desk.waitForURL(/done=order-moved/);
  assert.equal(await office.state(), "In review");
  const review = await desk.locator("main").innerText();
  assert.match(review, /The company is in another country/);
  assert.match(review, /A certificate was uploaded/);
  assert.match(review, /is older than three months/);
  await lookAt(desk, "order, in review");
  await office.act("accept", "To be approved");
  office.email = "kari@provbolaget.example";
  await office.approve("Kari", office.email);
  await office.seal();
  await office.act("sent", "At the issuer");
  await office.act("issue", "Ready to be received");
  await office.enterCredentials(await office.receiver());
  await office.goesLive();
});
