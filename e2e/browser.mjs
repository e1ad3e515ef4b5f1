// A real browser, and what every page must stand: axe, both colour schemes, a phone's width.

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";

import { AxeBuilder } from "@axe-core/playwright";
import { chromium } from "playwright-core";

const WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"];
const executablePath = [process.env.CHROMIUM_BIN, "/usr/bin/chromium", "/usr/bin/chromium-browser"].find(
  (it) => it && existsSync(it),
);

const args = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Starts Chromium; it asks nobody outside for anything. `more`: arguments beside the usual ones. */
export function launch(more = []) {
  return chromium.launch({ executablePath, args: [...args, ...more] });
}

/** Starts Chromium with a profile of its own in this directory, which lets cookies into frames of other sites. */
export async function launchProfile(directory, options = {}) {
  const preferences = { profile: { cookie_controls_mode: 0, block_third_party_cookies: false } };
  await mkdir(path.join(directory, "Default"), { recursive: true });
  await writeFile(path.join(directory, "Default", "Preferences"), JSON.stringify(preferences));
  return chromium.launchPersistentContext(directory, { executablePath, args, ...options });
}

const looked = new Set();

/**
 * Looks at the page at 1280 and 320 pixels, light and dark: no violation of WCAG 2.1 AA that axe finds, no
 * scrolling sideways. A page that was looked at before (same name) is passed over. With `E2E_SCREENSHOTS` (a directory) it is kept
 * as pictures, for people to look at.
 */
export async function lookAt(page, name) {
  if (looked.has(name)) return;
  looked.add(name);
  const before = page.viewportSize();
  for (const width of [1280, 320]) {
    await page.setViewportSize({ width, height: 800 });
    for (const colorScheme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      const where = `${name}, ${width} px, ${colorScheme}`;
      const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).withTags(WCAG).analyze();
      const found = violations.map((it) => `${it.id}: ${it.nodes.map((node) => node.html).join(" ")}`);
      assert.deepEqual(found, [], where);
      if (process.env.E2E_SCREENSHOTS) {
        const file = `${name.replace(/\W+/g, "-")}-${width}-${colorScheme}.png`;
        await page.screenshot({ path: path.join(process.env.E2E_SCREENSHOTS, file), fullPage: true });
      }
      const [inner, scroll] = await page.evaluate(() => [
        document.documentElement.clientWidth,
        document.documentElement.scrollWidth,
      ]);
      assert.ok(scroll <= inner, `${where}: scrolls sideways, ${scroll} > ${inner}`);
    }
  }
  await page.setViewportSize(before);
  await page.emulateMedia({ colorScheme: null, reducedMotion: null });
}

/** The names of the pages that were looked at. */
export const pagesLookedAt = () => [...looked];
