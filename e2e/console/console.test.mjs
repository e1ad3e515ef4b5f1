// From nothing to an eID that works, a member with a role, and a tried login: the console of `portvakt dev` in a real browser.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { launch, lookAt } from "../browser.mjs";
import { Portvakt } from "../portvakt.mjs";
import * as visitor from "../visitor.mjs";

let portvakt;
let browser;
/** The first operator's. */
let operator;
/** The tenant's overview. */
let tenant;

const newPage = () => visitor.newPage(browser);
const logIn = (page, name) => visitor.logIn(page, portvakt.ready.people, name);

const href = (path) => new URL(path, portvakt.ready.console).href;
const chip = (page) => page.locator("h1 ~ .pc-chip, .pc-title .pc-chip, main .pc-chip").first().innerText();

/** The page of the demo's BankID. */
async function openSource(page) {
  await page.goto(`${tenant}/test/identity-sources`);
  await page.locator(".pc-card").first().getByRole("link").click();
  await page.waitForSelector("#callback");
}

async function typeCredentials(page, clientId, secret) {
  const more = page.getByText("Replace the credentials");
  if (await more.isVisible()) await more.click();
  await page.fill("#client_id", clientId);
  await page.locator('input[name="method"][value="client_secret_basic"]').check();
  await page.fill("#secret", secret);
  await page.click("#save-credentials");
}

before(async () => {
  portvakt = await Portvakt.start();
  browser = await launch();
  operator = await newPage();
});

after(async () => {
  await browser?.close();
  await portvakt?.stop();
});

test("the printed link makes the first operator, once", async () => {
  await operator.goto(portvakt.ready.console);
  await lookAt(operator, "console sign-in");
  await operator.goto(portvakt.ready.console_setup);
  await lookAt(operator, "console setup link");
  await operator.click("#enter");
  assert.equal(await operator.locator("#callback").innerText(), href("/callback/no-bankid"));
  await lookAt(operator, "console setup");
  await operator.click("#first-sign-in");
  await logIn(operator, "Kari");
  await operator.waitForURL(/\/tenants/);
  await lookAt(operator, "console tenants");
  const other = await newPage();
  await other.goto(portvakt.ready.console_setup);
  assert.match(await other.locator("main").innerText(), /was used, or its time is over/);
  await other.context().close();
});

test("BankID's callback URL is copied, credentials are typed, and the check is good", async () => {
  await operator.getByRole("link", { name: "demo", exact: true }).click();
  await operator.waitForURL(/\/t\/[0-9a-f]{32}$/);
  tenant = operator.url();
  await lookAt(operator, "console overview");
  await openSource(operator);
  await lookAt(operator, "console identity source");
  assert.equal(await operator.locator("#callback").innerText(), `${portvakt.ready.issuer}/callback/no-bankid`);
  const { client_id, client_secret } = portvakt.ready.eid_credentials;
  await typeCredentials(operator, client_id, client_secret);
  await operator.waitForURL(/done=activated/);
  assert.equal(await chip(operator), "Works");
  assert.equal(await operator.getByText("OK", { exact: true }).count(), 4);
});

test("a wrong secret is caught before it is used, and the logins go on with the right one", async () => {
  await typeCredentials(operator, portvakt.ready.eid_credentials.client_id, "wrong");
  await operator.waitForURL(/done=candidate/);
  await lookAt(operator, "console candidate credentials");
  assert.match(await operator.locator("main").innerText(), /unauthorized_client/);
  assert.equal(await operator.locator("#use-anyway").count(), 1);
  assert.doesNotMatch(await operator.content(), /value="wrong"/);
  await operator.click("#discard");
  await operator.waitForURL(/done=discarded/);
  assert.equal(await chip(operator), "Works");
});

test("used anyway it is in trouble, and the previous credentials come back", async () => {
  await typeCredentials(operator, portvakt.ready.eid_credentials.client_id, "wrong");
  await operator.click("#use-anyway");
  await operator.waitForURL(/done=activated/);
  assert.equal(await chip(operator), "Trouble");
  await operator.click("#restore");
  await operator.waitForURL(/done=credentials-restored/);
  await operator.click("#check-now");
  await operator.waitForURL(/done=checked/);
  assert.equal(await chip(operator), "Works");
});

test("an unregistered callback URL and a number that is not granted are named", async () => {
  await typeCredentials(operator, portvakt.ready.eid_credentials.unregistered, portvakt.ready.eid_credentials.client_secret);
  await operator.waitForURL(/done=candidate/);
  assert.match(await operator.locator("main").innerText(), /callback\/no-bankid/);
  await operator.click("#discard");
  await typeCredentials(operator, portvakt.ready.eid_credentials.without_number, portvakt.ready.eid_credentials.client_secret);
  await operator.waitForURL(/done=candidate/);
  await operator.click("#discard");
  await operator.waitForURL(/done=discarded/);
});

test("a stale page changes nothing", async () => {
  const second = await operator.context().newPage();
  await second.goto(operator.url());
  await operator.click("#disable");
  await operator.waitForURL(/done=disabled/);
  await second.click("#disable");
  assert.match(await second.locator("main").innerText(), /changed/i);
  await second.close();
  await operator.click("#enable");
  await operator.waitForURL(/done=enabled/);
});

test("what an eID is asked for is set on its page, section by section", async () => {
  await openSource(operator);
  const source = operator.url();
  const save = (page, section) => page.locator(`form[action$="/settings/${section}"] button[type=submit]`).click();
  const second = await operator.context().newPage();
  await second.goto(source);
  await operator.fill("[id='notice.nb']", "<b>Nede i natt</b>");
  await save(operator, "people");
  assert.match(await operator.locator("[id='notice.nb-error']").innerText(), /not plain text/);
  assert.equal(await operator.inputValue("[id='notice.nb']"), "<b>Nede i natt</b>");
  await lookAt(operator, "console identity source with a wrong setting");
  await operator.fill("[id='notice.nb']", "Nede i natt");
  await operator.fill("#display_name", "BankID for Acme");
  await save(operator, "people");
  await operator.waitForURL(/done=saved/);
  await operator.locator('input[name="minimum_level"][value="high"]').check();
  await save(operator, "asked");
  await operator.waitForURL(/done=saved/);
  assert.ok(await operator.locator('input[name="minimum_level"][value="high"]').isChecked());
  assert.equal(await operator.inputValue("#display_name"), "BankID for Acme", "the other section stayed");
  await second.fill("#display_name", "BankID");
  await save(second, "people");
  assert.match(await second.locator("[id='display_name-error']").innerText(), /changed this to BankID for Acme/);
  assert.equal(await second.inputValue("#display_name"), "BankID");
  await lookAt(second, "console identity source that somebody else changed");
  await second.close();
  await operator.goto(source.replace("no-bankid", "no-vipps"));
  await operator.locator('input[name="scopes"][value="address"]').uncheck();
  await save(operator, "asked");
  await operator.waitForURL(/done=saved/);
  assert.equal(await operator.locator('input[name="scopes"]:checked').count(), 3);
  await lookAt(operator, "console settings of Vipps");
  await operator.goto(source);
  await operator.fill("#display_name", "");
  await save(operator, "people");
  await operator.waitForURL(/done=saved/);
});

test("a filter stands in the address, and goes with order and search", async () => {
  await operator.goto(`${tenant}/test/applications`);
  const all = await operator.locator("#applications tbody tr").count();
  await operator.selectOption("#kind", "browser");
  await operator.locator(".pc-search button[type=submit]").click();
  await operator.waitForURL(/kind=browser/);
  await operator.getByRole("link", { name: "Name", exact: true }).click();
  await operator.waitForURL(/kind=browser.*sort=name/);
  assert.equal(await operator.locator("#applications tbody tr").count(), 1);
  assert.equal(await operator.inputValue("#kind"), "browser");
  await lookAt(operator, "console filtered list");
  await operator.selectOption("#state", "off");
  await operator.locator(".pc-search button[type=submit]").click();
  await operator.waitForURL(/state=off/);
  assert.match(await operator.locator("#applications").innerText(), /Nothing was found/);
  await lookAt(operator, "console filtered list without rows");
  await operator.getByRole("link", { name: "Show all" }).click();
  assert.equal(await operator.locator("#applications tbody tr").count(), all);
});

test("a developer is invited, and may not enter credentials", async () => {
  await operator.goto(`${tenant}/members`);
  await lookAt(operator, "console members");
  await operator.fill("#label", "Ola i butikken");
  await operator.locator('input[name="roles"][value="developer"]').check();
  await operator.click("#invite");
  const link = await operator.locator("#invitation-link").innerText();
  await lookAt(operator, "console invitation made");
  const developer = await newPage();
  await developer.goto(link);
  await lookAt(developer, "console invitation");
  await developer.click("#accept");
  await logIn(developer, "Ola");
  await developer.waitForURL(/\/t\/[0-9a-f]{32}/);
  await openSource(developer);
  assert.equal(await developer.locator("#save-credentials").count(), 0);
  assert.match(await developer.locator("main").innerText(), /may not enter credentials/);
  await developer.goto(`${tenant}/members/roles`);
  await lookAt(developer, "console roles");
  assert.equal((await developer.goto(href("/operators"))).status(), 404);
  assert.equal((await developer.goto(href(`/t/${"0".repeat(31)}1`))).status(), 404);
  const again = await newPage();
  await again.goto(link);
  assert.match(await again.locator("main").innerText(), /was used or taken back/);
  await again.context().close();
  await developer.context().close();
});

test("an owner waits until the inviter has confirmed the name", async () => {
  await operator.goto(`${tenant}/members`);
  await operator.fill("#label", "The boss");
  await operator.locator('input[name="roles"][value="owner"]').check();
  await operator.click("#invite");
  const link = await operator.locator("#invitation-link").innerText();
  const owner = await newPage();
  await owner.goto(link);
  await owner.click("#accept");
  await logIn(owner, portvakt.ready.people.at(-1).name);
  await owner.waitForSelector("text=Your role waits");
  await lookAt(owner, "console waiting");
  assert.equal(await owner.getByRole("button", { name: "Decline" }).count(), 1);
  assert.equal((await owner.goto(tenant)).status(), 404);
  await operator.goto(`${tenant}/members`);
  await operator.getByRole("button", { name: "Confirm" }).click();
  await operator.waitForURL(/done=confirmed/);
  assert.equal((await owner.goto(tenant)).status(), 200);
  await operator.getByRole("row", { name: /Owner/ }).getByRole("button", { name: "Remove" }).click();
  assert.match(await operator.locator("main").innerText(), /last owner/);
  await owner.goto(href("/account"));
  await lookAt(owner, "console account");
  await owner.click("#account summary");
  await owner.click("#sign-out");
  await owner.waitForURL(/sign-in/);
  assert.match((await owner.goto(tenant)).url(), /sign-in/);
  await owner.context().close();
});

test("a login is tried in another tab, and its tokens and steps are shown", async () => {
  await openSource(operator);
  const [login] = await Promise.all([operator.context().waitForEvent("page"), operator.click("#try-login")]);
  await logIn(login, "Kari");
  await login.waitForURL(/\/trials/);
  await operator.waitForURL(/\/trials$/);
  await operator.waitForSelector("#claims");
  assert.match(await operator.locator("#claims").innerText(), /urn:grn:authn:no:bankid/);
  assert.match(await operator.locator("main").innerText(), /It worked/);
  await lookAt(operator, "console trial");
  const elsewhere = await newPage();
  await elsewhere.goto(operator.url());
  assert.match(elsewhere.url(), /sign-in/);
  await elsewhere.context().close();
});

test("a secret is replaced while both are good, and the old one is ended", async () => {
  const { client_id, client_secret, issuer } = portvakt.ready;
  /** Whether the token endpoint knows the client by this secret. */
  const isGood = async (secret) => {
    const body = new URLSearchParams({ grant_type: "authorization_code", code: "none", client_id, client_secret: secret });
    const answer = await fetch(`${issuer}/oauth2/token`, { method: "POST", body });
    return (await answer.json()).error === "invalid_grant";
  };
  assert.ok(await isGood(client_secret));
  await operator.goto(`${tenant}/test/applications`);
  await operator.getByRole("link", { name: "Client ID" }).click();
  await operator.waitForURL(/sort=client-id/);
  assert.equal(await operator.locator("th[aria-sort=ascending]").innerText(), "Client ID");
  await operator.goto(`${tenant}/test/applications?q=${client_id}`);
  await lookAt(operator, "console applications");
  await operator.locator("#applications tbody a").first().click();
  await lookAt(operator, "console application");
  for (const section of ["addresses", "sign-in", "tokens", "keys", "brand", "danger"]) {
    await operator.goto(`${operator.url().replace(/\/(addresses|sign-in|tokens|keys|brand|danger)$/, "")}/${section}`);
    await lookAt(operator, `console application ${section}`);
  }
  await operator.goto(operator.url().replace(/danger$/, "keys"));
  const more = operator.locator("details:has(#new-secret) > summary");
  if (await more.count()) await more.click();
  await operator.click("#new-secret");
  const fresh = await operator.locator("#client-secret").innerText();
  await lookAt(operator, "console new secret");
  assert.ok((await isGood(client_secret)) && (await isGood(fresh)), "nobody is stopped");
  await operator.goto(operator.url().replace(/secrets$/, "keys"));
  assert.doesNotMatch(await operator.content(), new RegExp(fresh));
  await operator.locator("#client-secrets tbody tr").last().getByRole("link").click();
  await operator.locator('input[name="when"]').first().check();
  await lookAt(operator, "console end of a secret");
  await operator.locator('input[name="when"][value="now"]').check();
  await operator.click("#end-secret");
  await operator.waitForURL(/done=/);
  assert.equal(await isGood(fresh), true);
});

test("a logo is refused with the page kept, uploaded, seen, and removed", async () => {
  await operator.goto(`${tenant}/test/applications?q=${portvakt.ready.client_id}`);
  await operator.locator("#applications tbody a").first().click();
  await operator.goto(`${operator.url()}/brand`);
  const upload = async (buffer, mimeType = "image/png") => {
    await operator.setInputFiles("#logo", { name: "logo", mimeType, buffer });
    await operator.click("#upload-logo");
  };
  const refusals = [
    [Buffer.from("<svg xmlns='http://www.w3.org/2000/svg'/>"), /SVG is not accepted/],
    [Buffer.from("%PDF-1.7"), /neither PNG, JPEG nor WebP/],
    [Buffer.alloc(10_000_000, 1), /larger than 256 KiB/],
  ];
  for (const [file, said] of refusals) {
    await upload(file);
    assert.match(await operator.locator("#logo-error").innerText(), said);
  }
  await lookAt(operator, "console logo that was refused");
  await upload(await operator.screenshot({ clip: { x: 0, y: 0, width: 300, height: 80 } }));
  await operator.waitForURL(/done=logo-saved/);
  await lookAt(operator, "console logo");
  const shown = await operator.locator(".pc-picture img").evaluate((it) => [it.naturalWidth, it.naturalHeight]);
  assert.deepEqual(shown, [300, 80]);
  await operator.click("#remove-logo");
  await operator.waitForURL(/done=logo-removed/);
  assert.equal(await operator.locator(".pc-picture").count(), 0);
});

test("an application with a wrong address is refused by line, made, disabled, deleted and restored", async () => {
  await operator.goto(`${tenant}/test/applications/new`);
  await operator.fill("#name", "Nettbutikken");
  await operator.fill("#client_id", "urn:journey");
  await operator.fill("#redirect_uris", "https://shop.example/callback\nhttps://shop.example/#fragment");
  await operator.click("#create");
  assert.match(await operator.locator("#redirect_uris-error").innerText(), /Line 2/);
  assert.equal(await operator.inputValue("#name"), "Nettbutikken");
  await lookAt(operator, "console application with a wrong address");
  await operator.fill("#redirect_uris", "https://shop.example/callback");
  await operator.click("#create");
  await operator.waitForSelector("#client-secret");
  await lookAt(operator, "console application made");
  await operator.goto(`${tenant}/test/applications?q=journey`);
  await operator.locator("#applications tbody a").first().click();
  await operator.goto(`${operator.url()}/danger`);
  await operator.click("#to-delete");
  await operator.fill("#confirm", "something else");
  await operator.click("#delete");
  await lookAt(operator, "console deletion that was not confirmed");
  await operator.fill("#confirm", "urn:journey");
  await operator.click("#delete");
  await operator.waitForURL(/bin\?done=deleted/);
  await lookAt(operator, "console bin");
  await operator.getByRole("button", { name: "Restore" }).click();
  await operator.waitForURL(/done=restored/);
});

test("domains: state, settings, keys and test users are seen and saved", async () => {
  await operator.goto(`${tenant}/domains`);
  await lookAt(operator, "console domains");
  await operator.locator("main table a").first().click();
  const domain = operator.url();
  for (const section of ["", "/settings", "/brand", "/keys", "/test-users", "/danger"]) {
    const answer = await operator.goto(`${domain}${section}`);
    assert.equal(answer.status(), 200, section);
    await lookAt(operator, `console domain ${section}`);
  }
});

test("what happened is listed: logins with their explanation, and changes in a chain", async () => {
  await operator.goto(`${tenant}/logins`);
  await lookAt(operator, "console logins");
  await operator.locator("#logins tbody a").first().click();
  await lookAt(operator, "console login");
  await operator.goto(`${tenant}/changes`);
  await lookAt(operator, "console changes");
  assert.match(await operator.locator("#changes").innerText(), /Kari Nordli/);
  await operator.click("#verify");
  assert.match(await operator.locator("main").innerText(), /The chain holds/);
  await operator.goto(href("/letters"));
  await lookAt(operator, "console letters");
  await operator.goto(href("/operators"));
  await lookAt(operator, "console operators");
});

test("without any session of theirs an operator is let in again from the host", async () => {
  await operator.goto(href("/account"));
  await lookAt(operator, "console account of an operator without an address");
  await operator.fill("#email", "kari@example.com");
  await operator.click("#save-email");
  await operator.waitForURL(/done=saved/);
  const { link, letters_written } = await portvakt.told("operator", "recover", "--as", "Kari Nordli");
  assert.equal(letters_written, 1);
  const page = await newPage();
  await page.goto(link);
  await page.click("#enter");
  await lookAt(page, "console recovery");
  const mailbox = await newPage();
  for (const subject of [/link to the emergency access of Portvakt was made/, /emergency access of Portvakt was used/]) {
    const letter = mailbox.locator("article.letter").filter({ hasText: subject });
    for (let tries = 0; tries < 100 && !(await letter.isVisible()); tries += 1) await mailbox.goto(portvakt.ready.mailbox);
    assert.match(await letter.innerText(), /To kari@example\.com[^]*Kari Nordli/);
  }
  await mailbox.context().close();
  assert.equal((await page.goto(href("/tenants"))).status(), 403);
  await page.goto(href("/setup"));
  await page.click("#first-sign-in");
  await logIn(page, "Kari");
  await page.waitForURL(/\/tenants\?done=recovered/);
  assert.match((await operator.goto(tenant)).url(), /sign-in/, "the sessions of before have ended");
  await page.context().close();
});

test("the whole of it works without script", async () => {
  const context = await browser.newContext({ javaScriptEnabled: false, locale: "nb-NO" });
  const page = await context.newPage();
  await page.goto(portvakt.ready.console);
  await page.click("#sign-in");
  await logIn(page, "Kari");
  await page.waitForURL(/\/tenants/);
  assert.equal(await page.locator("h1").innerText(), "Tenanter");
  await context.close();
});
