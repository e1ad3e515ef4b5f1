// Filling in an order: what saves itself, what a colleague answers, what the operator keeps for it.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { lookAt } from "../browser.mjs";
import { OrderDesk } from "./order.mjs";

let office;
/** The first operator's page, who also orders. */
let desk;

before(async () => {
  office = await OrderDesk.open();
  desk = office.desk;
  await office.beginAnother();
});

after(() => office?.close());

test("what is typed is saved without a button, and the button goes on from there", async () => {
  await office.section("purpose");
  await desk.fill("#purpose", "People see their bookings.");
  await desk.press("#purpose", "Tab");
  await desk.getByText(/^Saved at \d/).waitFor();
  await lookAt(desk, "order section, saved by itself");
  await desk.reload();
  assert.equal(await desk.inputValue("#purpose"), "People see their bookings.");
  await desk.fill("#purpose", "People see and change their bookings.");
  await office.save();
  await office.section("purpose");
  assert.equal(await desk.inputValue("#purpose"), "People see and change their bookings.");
});

test("the name that people will see follows what is typed", async () => {
  await office.section("display-name");
  await desk.fill("#display_name", "Fjellvokt");
  assert.deepEqual(await desk.locator("[data-preview]").allInnerTexts(), ["Fjellvokt", "Fjellvokt"]);
  await lookAt(desk, "order section display-name, with its preview");
});

test("a colleague answers one section by a link and a code, and signs in where people are named", async () => {
  await office.section("general");
  await desk.getByText("Ask a colleague to answer this section").click();
  await desk.fill("#colleague", "Ola Berg");
  await desk.click("#ask-colleague");
  await desk.waitForURL(/done=colleague-asked/);
  await lookAt(desk, "order section, a colleague is asked");
  const link = await desk.locator("#colleague-link").innerText();
  const code = await desk.locator("main code").filter({ hasText: /^\d{3} \d{3}$/ }).first().innerText();
  const colleague = await office.newPage();
  await colleague.goto(link.replace(/\s/g, ""));
  await lookAt(colleague, "section link, code");
  await colleague.fill("#code", code);
  await colleague.click("#go-on");
  await lookAt(colleague, "section link, sign in");
  await colleague.click("#sign-in");
  await office.logIn(colleague, "Ola");
  await colleague.locator("#email").waitFor();
  await colleague.fill("#name", "Ola Berg");
  await colleague.fill("#email", "ola@fjellvokt.example");
  await colleague.press("#email", "Tab");
  await colleague.getByText(/^Saved at \d/).waitFor();
  await lookAt(colleague, "section link, answers");
  await colleague.click("#save");
  await colleague.getByText(/You can close this page/).waitFor();
  await colleague.context().close();
  await office.section("general");
  assert.equal(await desk.inputValue("#email"), "ola@fjellvokt.example");
});

test("an issuer of the operator's asks other questions, and a draft is sent to it", async () => {
  await desk.goto(`${new URL(office.tenant).origin}/issuers`);
  await lookAt(desk, "issuers");
  await desk.click("#new-issuer");
  await desk.fill("#name", "Sparebanken Prøve");
  await desk.fill("#address", "Storgata 1, 0155 Oslo");
  await desk.getByLabel(/^Twelve questions, 2026/).check();
  await lookAt(desk, "issuer, new");
  await desk.click("#save");
  await desk.waitForURL(/done=issuer-saved/);
  await lookAt(desk, "issuers, two");
  await desk.goto(office.order);
  await desk.getByText("Change the issuer").first().click();
  await desk.selectOption("#issuer", { label: "Sparebanken Prøve" });
  await desk.click("#route");
  await desk.waitForURL(/done=order-moved/);
  assert.match(await desk.locator("main").innerText(), /Products/);
  await lookAt(desk, "order, sent to another issuer");
});

test("the work list is filtered", async () => {
  await desk.goto(`${new URL(office.tenant).origin}/desk?turn=operator`);
  await lookAt(desk, "desk, filtered");
});
