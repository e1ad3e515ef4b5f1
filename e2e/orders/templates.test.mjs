// An operator writes what the documents of orders say, sees it before it counts, and an order has it.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { lookAt } from "../browser.mjs";
import { OrderDesk } from "./order.mjs";

const SAMPLE = /The text of this document is a sample/;

let office;
let desk;

before(async () => {
  office = await OrderDesk.open();
  desk = office.desk;
});

after(() => office?.close());

async function write(text) {
  await desk.goto(new URL("/templates/order/en", office.portvakt.ready.console).href);
  await desk.fill("#body", text);
  await desk.click("#preview");
  await desk.waitForURL(/\/preview$/);
  await lookAt(desk, "template, preview");
  await desk.click("#use");
  await desk.waitForURL(/done=template-set/);
}

test("what is built in is marked as a sample, and an operator's text is seen before it counts", async () => {
  await desk.goto(new URL("/desk", office.portvakt.ready.console).href);
  await desk.click("#templates");
  await lookAt(desk, "templates");
  await desk.getByRole("link", { name: "Order and authorisation" }).nth(1).click();
  await lookAt(desk, "template, sample");
  assert.match(await desk.locator("main").innerText(), SAMPLE);
  await desk.fill("#body", "{company} orders {firma}.\n\nThe authority.");
  await desk.click("#preview");
  await desk.getByText("{firma}", { exact: false }).first().waitFor();
  await lookAt(desk, "template, refused");
  await write("{company} orders access to {eid} for {host}.\n\nFjellvokt may order on behalf of {company}.");
  await lookAt(desk, "templates, one of the operator's");
  assert.match(await desk.locator("#templates, main").first().innerText(), /Version 1/);
});

test("an order keeps the text that it was submitted with although a newer one counts by then", async () => {
  await desk.goto(office.tenant);
  await office.beginAnother();
  await office.fillInCompany("FJELLVOKT");
  await office.fillInKari();
  await office.fillInTheRest("Fjellvokt");
  await office.submit("To be approved");
  await write("Another order.\n\nAnother authority.");
  await office.approve("Kari", office.email);
  await office.seal();
  await desk.goto(`${office.order}/documents`);
  const documents = await desk.locator("main").innerText();
  assert.match(documents, /FJELLVOKT PRØVE AS orders access to BankID for/);
  assert.doesNotMatch(documents, /Another authority/);
});
