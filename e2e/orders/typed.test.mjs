// How much is typed in an order: a text input counts when its final value was not prefilled, and the search for the bank counts one.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { OrderDesk } from "./order.mjs";

const MOST = 8;

let office;

before(async () => {
  office = await OrderDesk.open();
});

after(() => office?.close());

/** Runs in the page: notes which fields of a form that is sent have another value than they came with. */
function noteWhatIsTyped() {
  addEventListener(
    "submit",
    ({ target }) => {
      const texts = target.querySelectorAll("textarea, input:not([type=hidden], [type=radio], [type=checkbox], [type=file])");
      const typed = [...texts].filter((it) => it.value !== it.defaultValue);
      const names = typed.map((it) => `${location.pathname.split("/").at(-1)}: ${it.name}`);
      const before = JSON.parse(sessionStorage.getItem("typed") ?? "[]");
      sessionStorage.setItem("typed", JSON.stringify([...new Set([...before, ...names])]));
    },
    { capture: true },
  );
}

test("from nine digits to submission at most eight fields are typed where one person holds every role", async () => {
  const { desk } = office;
  await desk.addInitScript(noteWhatIsTyped);
  await office.beginAnother();
  await office.fillInCompany("FJELLVOKT");
  await office.fillInKari();
  await office.fillInTheRest("Fjellvokt");
  await office.submit("To be approved");
  const typed = JSON.parse(await desk.evaluate(() => sessionStorage.getItem("typed")));
  assert.ok(typed.includes("company: number") && typed.includes("bank: bank"), typed.join(", "));
  assert.ok(typed.length <= MOST, `${typed.length} fields are typed: ${typed.join(", ")}`);
});
