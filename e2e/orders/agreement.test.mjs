// An order that asks for the national identity number, to an issuer that wants an agreement of its own: what is approved, uploaded and
// decided beside the order, up to the first login.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createHash, createPublicKey, verify } from "node:crypto";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { after, before, test } from "node:test";

import { lookAt } from "../browser.mjs";
import { OrderDesk } from "./order.mjs";

let office;
/** The first operator's page, who also orders. */
let desk;

before(async () => {
  office = await OrderDesk.open();
  desk = office.desk;
});

after(() => office?.close());

/** Waits until the page says it. */
const says = (page, sentence) => page.locator("main").filter({ hasText: sentence }).waitFor();

async function upload(buffer) {
  await desk.setInputFiles("#file", { name: "terms.pdf", mimeType: "application/pdf", buffer });
  await desk.click("#upload-agreement");
}

/** A PDF as somebody has it who printed and signed the form. */
async function printed(text) {
  const page = await office.newPage();
  await page.setContent(`<h1>${text}</h1>`);
  const pdf = await page.pdf();
  await page.context().close();
  return pdf;
}

test("an issuer gets an agreement of its own, and orders go there", async () => {
  await desk.goto(new URL("/issuers/new", office.tenant).href);
  await desk.fill("#name", "Sparebanken Prøve");
  await desk.fill("#address", "Storgata 1, 0155 Oslo");
  await desk.fill("#email", "orders@bank.example");
  await desk.fill("#agreement", "Terms of use");
  await desk.fill("#agreement_url", "https://bank.example/terms");
  await desk.check("#is_default");
  await lookAt(desk, "issuer, with an agreement");
  await desk.click("#save");
  await desk.waitForURL(/done=issuer-saved/);
});

test("an order that asks for the national identity number is reviewed first", async () => {
  await office.beginAnother();
  await office.fillInCompany("FJELLVOKT");
  await office.fillInKari();
  await office.fillInTheRest("Fjellvokt");
  await office.section("number");
  await desk.check('input[name="needed"][value="yes"]');
  await desk.fill("#reason", "Patients are told apart by it.");
  await desk.selectOption("#known_statute", { index: 1 });
  await desk.fill("#paragraph", "§ 6");
  await lookAt(desk, "order section number, needed");
  await office.save();
  await desk.goto(office.order);
  await says(desk, /Sparebanken Prøve wants its own agreement “Terms of use” signed beside this order/);
  await office.submit("In review");
  await lookAt(desk, "order, a number in review");
  await office.act("accept", "To be approved");
});

test("who signs approves the order, is led to the declaration, and approves it by itself", async () => {
  const phone = await office.newPage();
  await phone.goto(await office.linkFor(/asked to approve/, office.email));
  await lookAt(phone, "order, approve with a declaration beside it");
  await phone.click("#approve");
  await office.logIn(phone, "Kari");
  await phone.waitForURL(/\/order\//);
  await says(phone, /You have done this part\. Thank you\.\s+One thing is left/);
  await lookAt(phone, "order, approved, the declaration is left");
  await desk.goto(office.order);
  assert.equal(await office.state(), "To be approved");
  await phone.click("#twin");
  await says(phone, /§ 6/);
  await lookAt(phone, "order, approve the declaration");
  await phone.click("#approve");
  await office.logIn(phone, "Kari");
  await phone.waitForURL(/\/order\//);
  await says(phone, /You have approved the declaration/);
  await lookAt(phone, "order, declaration approved");
  await phone.context().close();
});

test("the order is sealed, and not sent while the agreement is missing", async () => {
  await office.seal();
  await desk.click("#sent");
  await desk
    .getByText(
      'The issuer’s own agreement "Terms of use" has not been accepted yet. Have the signed agreement uploaded, look at it and accept it; then send the order.',
      { exact: true },
    )
    .waitFor();
  assert.equal(await office.state(), "Being sent");
  await lookAt(desk, "order, not sent without the agreement");
});

test("what the eID signed when somebody approved is bound to the documents, and that it was fetched is written down", async () => {
  await desk.goto(office.order);
  const digest = Buffer.from((await desk.locator("#digest").innerText()).replace(/\s/g, ""), "hex");
  const way = desk.locator('a[href*="/evidence/"]').first();
  const [file] = await Promise.all([desk.waitForEvent("download"), way.click()]);
  const evidence = JSON.parse(await readFile(await file.path(), "utf8"));
  const [head, claims, signature] = evidence.id_token.split(".");
  const key = createPublicKey({ key: JSON.parse(evidence.key), format: "jwk" });
  const signed = { key, dsaEncoding: "ieee-p1363" };
  assert.ok(verify("sha256", Buffer.from(`${head}.${claims}`), signed, Buffer.from(signature, "base64url")));
  const bound = createHash("sha256").update("portvakt-approval-v1").update(digest);
  const nonce = bound.update(Buffer.from(evidence.random, "base64url")).digest("base64url");
  assert.equal(JSON.parse(Buffer.from(claims, "base64url")).nonce, nonce);
  await desk.goto(`${office.tenant}/changes`);
  await says(desk, /evidence_exported/);
});

test("a renamed program is no agreement; a PDF is looked at, sent back, and accepted the second time", async () => {
  await desk.goto(office.order);
  await upload(Buffer.from("MZ this is a program"));
  await desk.getByText("The file is no PDF, whatever it is called").first().waitFor();
  await lookAt(desk, "order, agreement refused");
  await desk.goto(office.order);
  await upload(await printed("Terms of use, page 1"));
  await desk.waitForURL(/done=order-agreement/);
  await says(desk, /Uploaded; the operator looks at it/);
  await lookAt(desk, "order, agreement uploaded");
  const file = await desk.context().request.get(await desk.locator("#agreement-file").evaluate((it) => it.href));
  assert.equal(file.headers()["content-type"], "application/pdf");
  assert.equal((await file.body()).subarray(0, 5).toString(), "%PDF-");
  await desk.locator("summary").filter({ hasText: "Send the agreement back" }).click();
  await desk.fill("#note-agreement", "The second page is missing.");
  await desk.click("#return-agreement");
  await desk.waitForURL(/done=order-agreement-decided/);
  await says(desk, /Sent back: upload another one/);
  await says(desk, /The second page is missing\./);
  await lookAt(desk, "order, agreement sent back");
  await upload(await printed("Terms of use, both pages"));
  await desk.waitForURL(/done=order-agreement$|done=order-agreement[^-]/);
  await desk.click("#accept-agreement");
  await desk.waitForURL(/done=order-agreement-decided/);
  await lookAt(desk, "order, agreement accepted");
});

test("it goes to the issuer by a letter, and is there when the letter has gone; the issuer fetches it with the code", async () => {
  await desk.goto(office.order);
  await desk.click("#sent-by-letter");
  await desk.waitForURL(/done=order-moved/);
  await lookAt(desk, "order, its letter on the way");
  await office.comesTo("At the issuer");
  const issuer = await office.newPage();
  await issuer.goto(await office.linkFor(/An order of client credentials/, "orders@bank.example"));
  await lookAt(issuer, "order, fetched by the issuer");
  const code = desk.locator("code.pc-mono").filter({ hasText: /^\d{3} \d{3}$/ }).last();
  await issuer.fill("#code", await code.innerText());
  const [archive] = await Promise.all([issuer.waitForEvent("download"), issuer.click("#fetch")]);
  const { stdout } = await promisify(execFile)(process.env.E2E_PYTHON, ["-m", "zipfile", "-l", await archive.path()]);
  assert.match(stdout, /agreement\.pdf/);
  await issuer.context().close();
  await desk.goto(office.order);
  await says(desk, /By Sparebanken Prøve/);
  await lookAt(desk, "order, fetched");
});

test("it is issued without the number, received, and live with the first login", async () => {
  await office.act("issue-without-number", "Ready to be received");
  await says(desk, /Not granted: logins with these credentials never give it/);
  await lookAt(desk, "order, issued without the number");
  await office.enterCredentials(await office.receiver());
  await office.goesLive();
});
