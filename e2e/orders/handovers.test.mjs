// The ways that an order can go beside the shortest one: how credentials are handed over, and how it ends without any.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { lookAt } from "../browser.mjs";
import { OrderDesk } from "./order.mjs";

let office;
/** The first operator's page. */
let desk;

before(async () => {
  office = await OrderDesk.open();
  desk = office.desk;
});

after(() => office?.close());

/** A request by a program, which plays the rest of the world. */
async function simulator(method, address, body) {
  const answer = await desk.context().request.fetch(address, { method, data: body });
  assert.equal(answer.status(), 204, address);
}

/** What the issuer gave, left here on its behalf by the operator. */
async function deposit() {
  const { client_id, client_secret } = office.portvakt.ready.eid_credentials;
  await desk.goto(office.order);
  await lookAt(desk, "order, to be deposited");
  await desk.fill("#client_id", client_id);
  await desk.fill("#secret", client_secret);
  await desk.click("#deposit");
  await desk.waitForURL(/done=order-moved/);
  assert.equal(await office.state(), "Ready to be received");
}

test("a registry that is slow holds up nobody else, and is given up with what was typed", async () => {
  await office.beginAnother();
  await office.section("company");
  await desk.fill("#number", office.company("TREG"));
  const refused = desk.waitForResponse((it) => it.request().method() === "POST", { timeout: 40_000 });
  await desk.click("#save", { noWaitAfter: true });
  const meanwhile = await desk.context().newPage();
  await meanwhile.goto(office.order, { timeout: 3000 });
  await meanwhile.close();
  assert.equal((await refused).status(), 422);
  await desk.locator("#typed").waitFor();
  assert.equal(await desk.inputValue("#number"), office.company("TREG"), "what was typed is kept");
  await lookAt(desk, "order, registry slow");
});

test("a registry that is down costs nothing: the order waits, and goes on when it answers", async () => {
  const { registry } = office.portvakt.ready;
  await office.beginAnother();
  await office.section("company");
  await simulator("POST", `${registry}/simulator/outage`);
  await desk.fill("#number", office.company("FJELLVOKT"));
  await desk.click("#save");
  assert.match(await desk.locator("main").innerText(), /registry/i);
  await lookAt(desk, "order, registry down");
  assert.equal(await desk.inputValue("#number"), office.company("FJELLVOKT"), "what was typed is kept");
  await simulator("DELETE", `${registry}/simulator/outage`);
  await office.save();
  assert.match(await desk.locator("main").innerText(), /FJELLVOKT PRØVE AS/);
});

test("an order that was begun is cancelled, and says so", async () => {
  await office.fillInKari();
  await office.fillInTheRest("Fjellvokt");
  await office.submit("To be approved");
  const link = await office.linkFor(/asked to approve/, office.email);
  await desk.click("#cancel");
  await lookAt(desk, "order, cancel asked");
  await desk.click("#confirm-act");
  await desk.waitForURL(/done=order-moved/);
  assert.equal(await office.state(), "Withdrawn");
  await lookAt(desk, "order, cancelled");
  const phone = await office.newPage();
  await phone.goto(link);
  assert.equal(await phone.locator("#approve").count(), 0, "nobody approves what was cancelled");
  await lookAt(phone, "order, link of a cancelled order");
  await phone.context().close();
});

test("with a key pair nothing secret travels: the receiver brings the client ID, and it works", async () => {
  await office.atTheIssuer("Fjellvokt", "key_pair");
  await desk.click("#open-documents");
  await lookAt(desk, "order documents with a key");
  const jwks = JSON.parse(await desk.locator("#order-jwks").innerText());
  assert.equal(jwks.keys[0].d, undefined);
  await office.act("issue", "Ready to be received");
  const receiver = await office.receiver();
  await lookAt(receiver, "order, receive with a key");
  assert.equal(await receiver.locator("#secret").count(), 0);
  const callback = await receiver.locator("#callback").innerText();
  const [{ origin }] = [new URL(office.portvakt.ready.bankid_issuer)];
  await simulator("POST", `${origin}/simulator/clients`, { client_id: "ordered", redirect_uri: callback.trim(), jwks });
  await receiver.fill("#client_id", "ordered");
  await receiver.click("#save-credentials");
  await receiver.waitForURL(/done=order-entered/);
  await receiver.context().close();
  await office.goesLive();
});

test("what the issuer deposits is installed unseen", async () => {
  await office.atTheIssuer("Fjellvokt", "deposited");
  await deposit();
  const receiver = await office.receiver();
  await lookAt(receiver, "order, receive what is deposited");
  await receiver.click("#install");
  await receiver.waitForURL(/done=order-entered/);
  assert.ok(!(await receiver.content()).includes(office.portvakt.ready.eid_credentials.client_secret));
  await receiver.context().close();
  await office.goesLive();
});

test("what the issuer deposits is shown once, and entered by whoever saw it", async () => {
  const { client_secret } = office.portvakt.ready.eid_credentials;
  await office.atTheIssuer("Fjellvokt", "deposited");
  await deposit();
  const receiver = await office.receiver();
  await receiver.click("#reveal");
  await receiver.locator("#secret-shown").waitFor();
  assert.match(await receiver.locator("#secret-shown").innerText(), new RegExp(client_secret));
  await lookAt(receiver, "order, deposit revealed");
  await receiver.goto(receiver.url().replace(/\/reveal$/, ""));
  assert.ok(!(await receiver.content()).includes(client_secret), "it is shown once");
  await lookAt(receiver, "order, deposit to be entered");
  await office.enterCredentials(receiver);
  await office.goesLive();
});

test("what is entered while the eID is down is checked later, and used by the receiver's word alone", async () => {
  const outage = new URL("/simulator/outage", office.portvakt.ready.bankid_issuer).href;
  await office.atTheIssuer("Fjellvokt");
  await office.act("issue", "Ready to be received");
  const receiver = await office.receiver();
  await simulator("POST", outage);
  await receiver.fill("#client_id", "nobody");
  await receiver.fill("#secret", "wrong");
  await receiver.click("#save-credentials");
  await receiver.waitForURL(/done=order-entered/);
  await lookAt(receiver, "order, receive, not checked yet");
  await simulator("DELETE", outage);
  await receiver.click("#checked_unreachable");
  await receiver.waitForURL(/done=checked/);
  await lookAt(receiver, "order, receive, does not work");
  await receiver.click("#use_anyway");
  await lookAt(receiver, "order, use anyway asked");
  await receiver.click("#confirm-act");
  await receiver.waitForURL(/done=order-received/);
  assert.match(await receiver.locator("main").innerText(), /in use, although the check found a fault/);
  await lookAt(receiver, "order, receive, used anyway");
  await receiver.context().close();
  await desk.goto(office.order);
  assert.equal(await office.state(), "Works");
});

test("the issuer says no, with a reason that the orderer reads", async () => {
  await office.atTheIssuer("Fjellvokt");
  await office.actWithNote("reject", "The bank does not know the company.", "Rejected");
  assert.match(await desk.locator("main").innerText(), /The bank does not know the company/);
  await lookAt(desk, "order, rejected");
});

test("what was rejected is ordered again without typing anything anew", async () => {
  const rejected = office.order;
  await desk.click("#again");
  await desk.waitForURL(/done=order-begun-again/);
  office.order = desk.url().replace(/\?.*/, "");
  assert.notEqual(office.order, rejected);
  assert.match(await desk.locator("main").innerText(), /Everything is answered/);
  await lookAt(desk, "order, again");
  await office.submit("To be approved");
  await desk.getByRole("link", { name: "To the order before this one" }).click();
  assert.equal(await office.state(), "Rejected");
});

test("Vipps is ordered on its own page, set up in its portal, and closed by the first real login", async () => {
  await office.beginAnother("no-vipps");
  await lookAt(desk, "order of Vipps, begun");
  await office.fillInCompany("FJELLVOKT");
  await office.fillInKari();
  await office.section("general");
  await desk.selectOption("#same_as", "Kari Nordli");
  await office.save();
  await office.section("receiver");
  await desk.selectOption("#same_as", "Kari Nordli");
  await desk.fill("#mobile", "900 00 001");
  await office.save();
  await office.fillIn("display-name", { display_name: "Fjellvokt" });
  await office.fillIn("number", {});
  await office.submit("On Vipps' page");
  await lookAt(desk, "order, guided on Vipps' page");
  assert.match(await desk.locator("#vipps-callback").innerText(), /\/callback\/no-vipps/);
  for (const [button, then] of [
    [/I have submitted the form/, "At Vipps"],
    [/Vipps has approved/, "Tasks in the portal"],
  ]) {
    await desk.getByRole("button", { name: button }).click();
    await desk.waitForURL(/done=order-moved/);
    assert.equal(await office.state(), then);
    await lookAt(desk, `order, ${then}`);
  }
  const receiver = await office.receiver(/portal is ready for you to set up/);
  await lookAt(receiver, "order, tasks in Vipps' portal");
  await receiver.click("#tasks_done");
  await receiver.waitForURL(/done=order-received/);
  await lookAt(receiver, "order, enter Vipps' credentials");
  await office.enterCredentials(receiver);
  await desk.goto(office.order);
  assert.equal(await office.state(), "Works");
  await office.firstLogin("urn:grn:authn:no:vipps", /vipps\.localhost/);
  await office.comesTo("Live");
});
