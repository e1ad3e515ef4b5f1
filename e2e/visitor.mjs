// Somebody in a real browser: at the console, at the links of letters, at the simulated BankID.

import assert from "node:assert/strict";

/** A page with cookies of its own, which fails the test when the content policy had to refuse something. */
export async function newPage(browser, options = {}) {
  const context = await browser.newContext({ locale: "en-GB", ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(8000);
  page.on("console", (message) => {
    if (message.type() === "error" && /Content.Security|Refused/i.test(message.text())) assert.fail(message.text());
  });
  return page;
}

/** At the simulated BankID, logs in as one of these people, by a part of the name. */
export async function logIn(page, people, name) {
  await page.waitForURL(/(bankid|sandbox)\.localhost/);
  const person = people.find((it) => it.name.includes(name));
  await page.check(`input[name=person][value="${person.id}"]`);
  await page.click("#outcome-approve-device");
}
