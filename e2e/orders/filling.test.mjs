// Filling in an order: what saves itself, what a colleague answers, what the operator keeps for it.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";

import { lookAt } from "../browser.mjs";
import { OrderDesk, https } from "./order.mjs";

let office;
/** The first operator's page, who also orders. */
let desk;

before(async () => {
  office = await OrderDesk.open();
  desk = office.desk;
  await office.beginAnother();
});

after(() => office?.close());

test("the overview says how the order of an eID stands, and leads there", async (t) => {
  if (!https) return t.skip("there is no production domain");
  await desk.goto(office.tenant);
  await lookAt(desk, "overview, an order is under way");
  assert.match(await desk.locator("main").innerText(), /Order: Draft/);
  await desk.getByRole("link", { name: "Go to the order" }).first().click();
  await desk.waitForURL(office.order);
});

test("the summary of what is not complete says what is missing, with the way there", async () => {
  await desk.goto(`${office.order}/summary`);
  await lookAt(desk, "order summary, not complete");
  assert.equal(await desk.locator("#submit").count(), 0);
  await desk.locator(".pc-section:has(#missing) + ol").getByRole("link", { name: "Fill in" }).first().click();
  await desk.waitForURL(/sections\/purpose/);
});

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

/** Asks a colleague for the section that is open; gives what they are told. */
async function askColleague() {
  await desk.getByText("Ask a colleague to answer this section").click();
  await desk.fill("#colleague", "Ola Berg");
  await desk.click("#ask-colleague");
  await desk.waitForURL(/done=colleague-asked/);
  const link = (await desk.locator("#colleague-link").innerText()).replace(/\s/g, "");
  const code = await desk.locator("main code").filter({ hasText: /^\d{3} \d{3}$/ }).first().innerText();
  return { link, code };
}

test("a colleague answers one section by a link and a code, and signs in where people are named", async () => {
  await office.section("general");
  const { link, code } = await askColleague();
  await lookAt(desk, "order section, a colleague is asked");
  const colleague = await office.newPage();
  await colleague.goto(link);
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

/** A PDF of objects as they are written; the first is the catalog. */
function pdf(objects) {
  let file = "%PDF-1.7\n";
  let rows = "";
  for (const [index, object] of objects.entries()) {
    rows += `${String(file.length).padStart(10, "0")} 00000 n \n`;
    file += `${index + 1} 0 obj\n${object}\nendobj\n`;
  }
  const size = objects.length + 1;
  const table = `xref\n0 ${size}\n0000000000 65535 f \n${rows}trailer\n<</Size ${size}/Root 1 0 R>>`;
  return Buffer.from(`${file}${table}\nstartxref\n${file.length}\n%%EOF\n`, "latin1");
}

/** One of so many empty pages, with something in its catalog. */
function pages(count, catalog = "", more = []) {
  const page = "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>";
  const kids = Array.from({ length: count }, (_, at) => `${at + 3} 0 R`).join(" ");
  const tree = `<</Type/Pages/Count ${count}/Kids[${kids}]>>`;
  return pdf([`<</Type/Catalog/Pages 2 0 R${catalog}>>`, tree, ...Array.from({ length: count }, () => page), ...more]);
}

/** The same, encrypted by another program. */
async function encrypted(file) {
  const folder = await mkdtemp(path.join(tmpdir(), "portvakt-"));
  const [plain, closed] = ["plain.pdf", "closed.pdf"].map((name) => path.join(folder, name));
  await writeFile(plain, file);
  await promisify(execFile)("qpdf", ["--encrypt", "", "owner", "256", "--", plain, closed]);
  const bytes = await readFile(closed);
  await rm(folder, { recursive: true });
  return bytes;
}

test("a certificate that could do anything but show a few pages is refused with its reason, and nothing is kept", async () => {
  const embedded = "<</Names[(a)<</Type/Filespec/F(a.txt)/EF<</F 4 0 R>>>>]>>";
  const files = [
    [Buffer.from("MZ this is a program"), /The file is no PDF, whatever it is called/],
    [await encrypted(pages(1)), /The PDF is encrypted/],
    [pages(1, "/OpenAction<</S/JavaScript/JS(app.alert\\(1\\))>>"), /does more than show pages/],
    [pages(1, `/Names<</EmbeddedFiles ${embedded}>>`, ["<</Type/EmbeddedFile/Length 1>>stream\na\nendstream"]), /does more than show pages/],
    [pages(10_000), /has more than 50 pages/],
  ];
  for (const [buffer, sentence] of files) {
    await office.section("certificate");
    await desk.fill("#issued", "2026-01-02");
    await desk.setInputFiles("#file", { name: "certificate.pdf", mimeType: "application/pdf", buffer });
    await desk.click("#save");
    await desk.locator("#file-error").waitFor();
    assert.match(await desk.locator("#file-error").innerText(), sentence);
    await desk.goto(`${office.order}/summary`);
    assert.doesNotMatch(await desk.locator("main").innerText(), /The certificate is here/);
  }
});

test("a colleague without an account sends the certificate by a link and a code, and the desk has it", async () => {
  await office.section("certificate");
  const { link, code } = await askColleague();
  await lookAt(desk, "order section certificate, a colleague is asked");
  const colleague = await office.newPage();
  await colleague.goto(link);
  await colleague.fill("#code", code);
  await colleague.click("#go-on");
  const sendBy = async (page, buffer) => {
    await page.fill("#issued", "2026-01-02");
    await page.setInputFiles("#file", { name: "certificate.pdf", mimeType: "application/pdf", buffer });
    await page.click("#save");
  };
  const send = (buffer) => sendBy(colleague, buffer);
  await send(Buffer.from("MZ this is a program"));
  await colleague.locator("#file-error").waitFor();
  await lookAt(colleague, "section link, certificate refused");
  await send(pages(1));
  await colleague.getByText(/You can close this page/).waitFor();
  await lookAt(colleague, "section link, certificate sent");
  await colleague.context().close();
  await sendBy(desk, pages(2));
  await desk.getByText(/has changed since you opened/).waitFor();
  await lookAt(desk, "order section certificate, sent by somebody else meanwhile");
  await desk.goto(`${office.order}/summary`);
  assert.match(await desk.locator("main").innerText(), /The certificate is here/);
  const file = await desk.request.get(`${office.order}/files/certificate`);
  assert.deepEqual(await file.body(), pages(1));
});

test("the work list is filtered", async () => {
  await desk.goto(`${new URL(office.tenant).origin}/desk?turn=operator`);
  await lookAt(desk, "desk, filtered");
});
