// Every page there is, as the gallery writes it: in a pseudo-language whose words are half as long again, with names that
// cannot be broken, at 320 pixels, light and dark. PORTVAKT_LONG=1: in every language and at the width of a desktop too.

import assert from "node:assert/strict";
import { readFile, readdir } from "node:fs/promises";
import { createServer } from "node:http";
import path from "node:path";
import { after, before, describe, test } from "node:test";

import { AxeBuilder } from "@axe-core/playwright";

import { launch } from "../browser.mjs";

const folder = process.env.E2E_GALLERY;
const WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
const types = { css: "text/css", html: "text/html; charset=utf-8", js: "text/javascript", svg: "image/svg+xml" };
const names = (await readdir(folder)).filter((it) => it.endsWith(".en.html")).map((it) => it.slice(0, -".en.html".length));
const long = Boolean(process.env.PORTVAKT_LONG);
const languages = long ? ["pseudo", "nb", "nn", "en"] : ["pseudo"];
const widths = long ? [320, 1280] : [320];

/** Runs in the page: words grow, names cannot be broken. */
function lengthen() {
  const letters = { a: "åa", e: "éè", i: "ïi", o: "öo", u: "üu", y: "ÿ", A: "Å", E: "É", I: "Ï", O: "Ö", U: "Ü" };
  const longName = "Fjordbankenssparebankforeningensinnloggingstjeneste";
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const texts = [];
  while (walker.nextNode()) texts.push(walker.currentNode);
  for (const node of texts) {
    // What a program reads stays as it is.
    if (node.parentElement.closest("code, pre, script, style, .pv-mono")) continue;
    const parts = node.data.split("Fjordbanken");
    node.data = parts.map((it) => it.replace(/[aeiouyAEIOU]/g, (letter) => letters[letter])).join(longName);
  }
}

/** Runs in the page: what does not fit. */
function misfits() {
  const root = document.documentElement;
  const found = root.scrollWidth > root.clientWidth ? [`scrolls sideways: ${root.scrollWidth} > ${root.clientWidth}`] : [];
  for (const it of document.body.querySelectorAll("*")) {
    const style = getComputedStyle(it);
    const hidden = style.clip !== "auto" || style.clipPath !== "none";
    const cuts = ["hidden", "clip"].includes(style.overflowX) || style.textOverflow === "ellipsis";
    if (!hidden && cuts && it.scrollWidth > it.clientWidth + 1) found.push(`cut off: ${it.outerHTML.slice(0, 160)}`);
  }
  return found;
}

describe("every page", { concurrency: 2 }, () => {
  let browser;
  let server;
  before(async () => {
    server = createServer(async (request, response) => {
      const file = path.join(folder, decodeURIComponent(new URL(request.url, "http://localhost").pathname));
      const bytes = await readFile(file).catch(() => undefined);
      response.writeHead(bytes ? 200 : 404, { "content-type": types[file.split(".").at(-1)] ?? "application/octet-stream" });
      response.end(bytes);
    });
    await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
    browser = await launch();
  });
  after(async () => {
    await browser.close();
    server.close();
  });

  assert.ok(names.length > 60, `${names.length} pages`);
  for (const name of names) {
    test(name, async () => {
      for (const width of widths) {
        const context = await browser.newContext({ viewport: { width, height: 800 } });
        const page = await context.newPage();
        // A page that goes on by itself stays where it is; every page stands without script.
        let wanted;
        await page.route("**", (route) => {
          const request = route.request();
          if (request.resourceType() === "script") return route.abort();
          return request.isNavigationRequest() && request.url() !== wanted ? route.fulfill({ status: 204 }) : route.continue();
        });
        for (const language of languages) {
          const file = language === "pseudo" ? `${name}.en.html` : `${name}.${language}.html`;
          wanted = `http://127.0.0.1:${server.address().port}/${file}`;
          await page.goto(wanted, { waitUntil: "load" });
          if (language === "pseudo") await page.evaluate(lengthen);
          for (const colorScheme of ["light", "dark"]) {
            await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
            const where = `${name}, ${language}, ${width} px, ${colorScheme}`;
            assert.deepEqual(await page.evaluate(misfits), [], where);
            const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).withTags(WCAG).analyze();
            const found = violations.map((it) => `${it.id}: ${it.nodes.map((node) => node.html).join(" ")}`);
            assert.deepEqual(found, [], where);
          }
        }
        await context.close();
      }
    });
  }
});
