// Makes the pictures of README and guide anew, from a running `portvakt dev`: `just pictures`.

import { fileURLToPath } from "node:url";

import { launch } from "./browser.mjs";
import { Portvakt } from "./portvakt.mjs";

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
} finally {
  await browser.close();
  await portvakt.stop();
}
