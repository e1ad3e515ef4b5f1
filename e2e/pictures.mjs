// Makes the pictures of README and guide anew, from a running `portvakt dev`: `just pictures`.

import { readFile, mkdir } from "node:fs/promises";
import { createServer } from "node:http";
import path from "node:path";
import { fileURLToPath } from "node:url";

import { launch } from "./browser.mjs";
import { Portvakt } from "./portvakt.mjs";

// Pages of the gallery (E2E_GALLERY): file, language, width, colours.
const PAGES = [
  ["selector-brand", "nb", 1280, "light"],
  ["selector-brand", "nb", 360, "dark"],
  ["consent-all", "nb", 360, "light"],
  ["trial-over", "en", 1280, "light"],
  ["trouble-domain-disabled", "nb", 360, "light"],
  ["refusal-redirect-uri", "en", 1280, "dark"],
  ["sign-in", "nn", 360, "light"],
  ["privacy", "nn", 1280, "dark"],
];
const types = { css: "text/css", html: "text/html; charset=utf-8", svg: "image/svg+xml", png: "image/png" };

/** Takes each page of the list. */
async function pages(browser, folder) {
  const server = createServer(async (request, response) => {
    const file = path.join(folder, decodeURIComponent(new URL(request.url, "http://localhost").pathname));
    const bytes = await readFile(file).catch(() => undefined);
    response.writeHead(bytes ? 200 : 404, { "content-type": types[file.split(".").at(-1)] ?? "application/octet-stream" });
    response.end(bytes);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  await mkdir(at("pages"), { recursive: true });
  for (const [name, language, width, colorScheme] of PAGES) {
    const context = await browser.newContext({ viewport: { width, height: width < 500 ? 760 : 800 }, colorScheme });
    const page = await context.newPage();
    await page.goto(`http://127.0.0.1:${server.address().port}/${name}.${language}.html`);
    await page.evaluate(() => document.fonts.ready);
    await page.screenshot({ path: at(`pages/${name}.${language}.${width}.${colorScheme}.png`) });
    await context.close();
  }
  server.close();
}

/** Takes pages of the console, with the first operator signed in. */
async function console_pages(browser, ready) {
  await mkdir(at("console"), { recursive: true });
  const context = await browser.newContext({ viewport: { width: 1180, height: 820 }, locale: "en" });
  const page = await context.newPage();
  const take = async (name) => {
    await page.evaluate(() => document.fonts.ready);
    await page.screenshot({ path: at(`console/${name}.png`) });
  };
  await page.goto(ready.console_setup);
  await page.click("#enter");
  await page.click("#first-sign-in");
  await page.waitForSelector(".pv-simulator");
  await page.click("#outcome-approve-device");
  await page.waitForURL(/tenants/);
  await page.getByRole("link", { name: "demo", exact: true }).click();
  await page.waitForURL(/\/t\//);
  const tenant = page.url();
  await take("overview");
  await page.goto(`${tenant}/test/identity-sources`);
  await page.locator(".pc-card").first().getByRole("link").click();
  await page.getByText("Replace the credentials").click();
  await page.fill("#client_id", ready.eid_credentials.client_id);
  await page.locator('input[name="method"][value="client_secret_basic"]').check();
  await page.fill("#secret", ready.eid_credentials.client_secret);
  await page.click("#save-credentials");
  await page.waitForURL(/done=activated/);
  await page.goto(page.url().split("?")[0]);
  await take("identity-source");
  const invite = async (label, role) => {
    await page.goto(`${tenant}/members`);
    await page.fill("#label", label);
    await page.locator(`input[name="roles"][value="${role}"]`).check();
    await page.click("#invite");
    return page.locator("#invitation-link").innerText();
  };
  const guest = await (await browser.newContext()).newPage();
  await guest.goto((await invite("Ola, from the agency", "developer")).trim());
  await guest.click("#accept");
  await guest.waitForSelector(".pv-simulator");
  await guest.getByLabel("Ola Fjellheim").check();
  await guest.click("#outcome-approve-device");
  await guest.waitForURL(/done=joined/);
  await guest.context().close();
  await invite("Ingrid, accounting", "orderer");
  await page.goto(`${tenant}/members`);
  await take("members");
  await context.close();
}

const at = (name) => fileURLToPath(new URL(`../docs/images/${name}`, import.meta.url));
const portvakt = await Portvakt.start();
const browser = await launch();
try {
  const context = await browser.newContext({ viewport: { width: 960, height: 780 }, deviceScaleFactor: 2, locale: "en" });
  const page = await context.newPage();
  await page.goto(portvakt.ready.sample_app);
  await page.click("#login-any");
  await page.waitForSelector(".pv-choices");
  await page.evaluate(() => document.fonts.ready);
  await page.screenshot({ path: at("login.png") });
  await console_pages(browser, portvakt.ready);
  await pages(browser, process.env.E2E_GALLERY);
} finally {
  await browser.close();
  await portvakt.stop();
}
