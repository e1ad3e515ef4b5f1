// What a person does, in a real browser, from the sample application through the simulators and back.

import assert from "node:assert/strict";
import { once } from "node:events";
import http from "node:http";
import { after, afterEach, before, describe, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";

import { launch, lookAt, pagesLookedAt } from "../browser.mjs";
import { Portvakt, freePorts } from "../portvakt.mjs";

const BANKID_HIGH = "urn:grn:authn:no:bankid:high";
const BANKID_SUBSTANTIAL = "urn:grn:authn:no:bankid:substantial";
const VIPPS = "urn:grn:authn:no:vipps";

let browser;
let portvakt;
/** An application of our own, for what the sample application does not do. */
let shop;
let contexts = [];
/** What the browser complained about that no page of ours may cause. */
let complaints = [];

/** Keeps what is posted to it. `/form-post` answers there and then, `/form-post-away` sends on to another site. */
class Shop {
  received = [];
  #server;

  async open(port) {
    this.port = port;
    this.#server = http.createServer(async (request, response) => {
      let body = "";
      for await (const chunk of request) body += chunk;
      const { pathname, searchParams } = new URL(request.url, this.origin);
      if (pathname === "/form-post-away") {
        this.received.push(new URLSearchParams(body));
        response.writeHead(303, { location: `http://elsewhere.localhost:${port}/landed` }).end();
        return;
      }
      if (pathname === "/form-post") this.received.push(new URLSearchParams(body));
      if (pathname === "/callback") this.received.push(searchParams);
      const page = `<!doctype html><html lang="en"><title>Shop</title><h1 id="landed">${pathname}</h1>`;
      response.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end(page);
    });
    this.#server.listen(port);
    await once(this.#server, "listening");
  }

  get origin() {
    return `http://localhost:${this.port}`;
  }

  async close() {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
  }

  /** An authorization request of the demo application. */
  request(path, extra = {}) {
    const { issuer, client_id } = portvakt.ready;
    return `${issuer}/oauth2/authorize?${new URLSearchParams({
      client_id,
      redirect_uri: `${this.origin}${path}`,
      response_type: "code",
      scope: "openid profile",
      state: "the-state",
      nonce: "the-nonce",
      ...extra,
    })}`;
  }
}

before(async () => {
  browser = await launch();
  shop = new Shop();
  await shop.open(await freePorts(1));
  const redirectUris = ["/form-post", "/form-post-away", "/callback"].map((it) => shop.origin + it);
  portvakt = await Portvakt.start({ redirectUris });
});

afterEach(async () => {
  await Promise.all(contexts.map((it) => it.close()));
  contexts = [];
  const found = complaints;
  complaints = [];
  assert.deepEqual(found, []);
});

after(async () => {
  console.log(`looked at: ${pagesLookedAt().join(" · ")}`);
  await browser?.close();
  await shop?.close();
  await portvakt?.stop();
});

/** A fresh browser profile and a page in it. */
async function visitor(options = {}) {
  const context = await browser.newContext({ locale: "nb-NO", ...options });
  context.setDefaultTimeout(15_000);
  contexts.push(context);
  context.on("weberror", (it) => complaints.push(String(it.error())));
  context.on("console", (it) => {
    if (/Content Security Policy|Permissions policy|Mixed Content/i.test(it.text())) complaints.push(it.text());
  });
  return context.newPage();
}

const kari = () => portvakt.ready.people[0];
const ola = () => portvakt.ready.people[1];

/** The sample application's page of a kind of login, and a click on it. */
async function choose(page, login) {
  await page.goto(portvakt.ready.sample_app);
  await page.click(`#login-${login}`);
}

/** At the simulator: who, what happens, and what the simulator does wrong. */
async function decide(page, outcome, { person = kari(), fault } = {}) {
  await page.waitForSelector(".pv-simulator");
  await page.check(`input[name=person][value="${person.id}"]`);
  if (fault) {
    await page.click("#faults summary");
    await page.selectOption("#fault", fault);
  }
  await page.click(`#outcome-${outcome}`);
}

/** The claims that the sample application shows. */
async function claims(page) {
  return JSON.parse(await page.locator("#id-token-claims").textContent());
}

/** The error that the sample application shows. */
const error = (page) => page.locator("#error").textContent();

/** Our own trouble page: gives its id. */
const trouble = (page) => page.locator("main[data-cause]").getAttribute("data-cause");

const traceOf = (page) => page.locator("#trace-id").textContent();

describe("a person logs in", () => {
  test("with BankID at level high, and the sample application shows the verified claims", async () => {
    const page = await visitor();
    await page.goto(portvakt.ready.sample_app);
    await lookAt(page, "sample start");
    await page.click("#login-bankid-high");
    await page.waitForSelector(".pv-simulator");
    await lookAt(page, "simulated BankID");
    await decide(page, "approve-device");
    const shown = await claims(page);
    assert.equal(shown.iss, portvakt.ready.issuer);
    assert.equal(shown.acr, BANKID_HIGH);
    assert.equal(shown.name, kari().name);
    assert.equal(shown.birthdate, kari().birth_date);
    assert.equal(shown.nin, undefined);
    assert.match(await page.locator("h1").textContent(), new RegExp(kari().name));
    await page.evaluate(() => document.querySelectorAll("details").forEach((it) => (it.open = true)));
    const text = await page.locator("main").textContent();
    assert.ok(!text.includes(portvakt.ready.client_secret), "the secret stands on the page");
    await lookAt(page, "sample result");
  });

  test("with BankID and biometrics at level substantial", async () => {
    const page = await visitor();
    await choose(page, "bankid-biometrics");
    await decide(page, "approve-biometrics", { person: ola() });
    const shown = await claims(page);
    assert.equal(shown.acr, BANKID_SUBSTANTIAL);
    assert.equal(shown.name, ola().name);
  });

  test("with Vipps, sharing e-mail, phone and address", async () => {
    const page = await visitor();
    await choose(page, "vipps");
    await page.waitForSelector(".pv-simulator");
    await lookAt(page, "simulated Vipps");
    await decide(page, "approve");
    const shown = await claims(page);
    assert.equal(shown.acr, VIPPS);
    assert.equal(shown.name, kari().name);
    assert.match(shown.email, /@example\.com$/);
    assert.match(shown.phone_number, /^\+47\d{8}$/);
    assert.equal(shown.address.country, "NO");
  });

  test("is the same person to the application every time, and another with another eID", async () => {
    const page = await visitor();
    const subjects = [];
    for (const login of ["bankid-high", "bankid-high", "vipps"]) {
      await choose(page, login);
      await decide(page, login === "vipps" ? "approve" : "approve-app");
      subjects.push((await claims(page)).sub);
    }
    assert.equal(subjects[0], subjects[1]);
    assert.notEqual(subjects[0], subjects[2]);
  });

  test("chooses an eID, and the one used last comes first the next time", async () => {
    const page = await visitor();
    await choose(page, "any");
    await page.waitForSelector(".pv-choices");
    await lookAt(page, "selector");
    await page.locator(".pv-choices a", { hasText: "Vipps" }).click();
    await decide(page, "approve");
    assert.equal((await claims(page)).acr, VIPPS);

    await choose(page, "any");
    const first = page.locator(".pv-choices > li").first();
    assert.match(await first.textContent(), /Vipps/);
    assert.equal(await first.locator(".pv-choice__tag").count(), 1);
    await lookAt(page, "selector, last used");
    await page.locator(".pv-choices a", { hasText: "BankID" }).click();
    await decide(page, "approve-app");
    assert.equal((await claims(page)).acr, BANKID_HIGH);
  });

  test("goes back from the selector to the application", async () => {
    const page = await visitor();
    await choose(page, "any");
    await page.click("#back");
    assert.equal(await error(page), "access_denied");
  });

  test("shares the national identity number after consenting", async () => {
    const page = await visitor();
    await choose(page, "nin");
    await decide(page, "approve-device");
    await page.waitForSelector("#consent-allow");
    await lookAt(page, "consent, national number");
    await page.click("#consent-allow");
    const shown = await claims(page);
    assert.equal(shown.nin, kari().nin);
    assert.equal(shown.nin_type, "fnr");
    assert.equal(shown.nin_country, "NO");
  });

  test("keeps the national identity number when we ask", async () => {
    const page = await visitor();
    await choose(page, "nin");
    await decide(page, "approve-device");
    await page.click("#consent-deny");
    assert.equal(await error(page), "access_denied");
  });

  test("keeps the national identity number when the eID asks", async () => {
    const page = await visitor();
    await choose(page, "nin");
    await page.waitForSelector(".pv-simulator");
    await decide(page, "refuse-nin");
    await page.waitForSelector("#error");
    assert.equal(await error(page), "access_denied");
  });

  test("refuses our consent", async () => {
    const page = await visitor();
    await page.goto(shop.request("/callback", { prompt: "consent", acr_values: BANKID_HIGH }));
    await decide(page, "approve-device");
    await page.waitForSelector("#consent-deny");
    await lookAt(page, "consent");
    await page.click("#consent-deny");
    await page.waitForSelector("#landed");
    assert.equal(shop.received.at(-1).get("error"), "access_denied");
  });

  test("consents, and the application gets its code", async () => {
    const page = await visitor();
    await page.goto(shop.request("/callback", { prompt: "consent", acr_values: BANKID_HIGH }));
    await decide(page, "approve-device");
    await page.click("#consent-allow");
    await page.waitForSelector("#landed");
    assert.ok(shop.received.at(-1).get("code"));
    assert.equal(shop.received.at(-1).get("iss"), portvakt.ready.issuer);
  });

  test("logs out and is back at the application", async () => {
    const page = await visitor();
    await choose(page, "bankid-high");
    await decide(page, "approve-device");
    await page.click("#logout");
    await page.waitForSelector("#logout-yes, #login-any");
    if (await page.locator("#logout-yes").count()) {
      await lookAt(page, "logout");
      await page.click("#logout-yes");
    }
    await page.waitForSelector("#login-any");
    assert.ok(page.url().startsWith(portvakt.ready.sample_app));
  });
});

describe("a login does not work out", () => {
  test("a cancel goes straight back to the application", async () => {
    const page = await visitor();
    const ours = [];
    page.on("response", (answer) => {
      if (answer.url().startsWith(portvakt.ready.issuer) && answer.status() === 200) ours.push(answer.url());
    });
    await choose(page, "bankid-high");
    await decide(page, "cancel");
    assert.equal(await error(page), "access_denied");
    await lookAt(page, "sample error");
    assert.deepEqual(ours.filter((it) => !it.includes("/assets/")), []);
  });

  test("the person does nothing until the eID gives up", async () => {
    const page = await visitor();
    await choose(page, "bankid-high");
    await decide(page, "time-out");
    await page.waitForSelector("#error, main[data-cause]");
    if (await page.locator("main[data-cause]").count()) {
      await lookAt(page, "trouble: the person did nothing");
      await page.click("#back");
    }
    assert.match(await error(page), /^(access_denied|temporarily_unavailable)$/);
  });

  test("a level lower than asked is refused, and the application is told why", async () => {
    const page = await visitor();
    await choose(page, "bankid-high");
    await decide(page, "approve-biometrics");
    assert.equal(await trouble(page), "level-too-low");
    await page.click("#back");
    assert.equal(await error(page), "unmet_authentication_requirements");
  });

  test("the application is told the same trace id as the person", async () => {
    const page = await visitor();
    await choose(page, "bankid-high");
    await decide(page, "approve-biometrics");
    const trace = await traceOf(page);
    await page.click("#back");
    assert.equal(await page.locator("#trace").textContent(), trace);
  });

  test("after a level that is too low the person tries again and comes in", async () => {
    const page = await visitor();
    await choose(page, "bankid-high");
    await decide(page, "approve-biometrics");
    await page.click("#try-again");
    await decide(page, "approve-device");
    assert.equal((await claims(page)).acr, BANKID_HIGH);
  });

  test("after trouble with one eID the person chooses another", async () => {
    const page = await visitor();
    await choose(page, "any");
    await page.locator(".pv-choices a", { hasText: "BankID" }).click();
    await decide(page, "approve-device", { fault: "http-500" });
    await page.waitForSelector("main[data-cause]");
    await page.click("#choose-another");
    await page.locator(".pv-choices a", { hasText: "Vipps" }).click();
    await decide(page, "approve");
    assert.equal((await claims(page)).acr, VIPPS);
  });

  const faults = {
    "wrong-nonce": "server_error",
    "wrong-audience": "server_error",
    "wrong-issuer": "server_error",
    "expired-token": "server_error",
    "bad-signature": "server_error",
    // Nothing was proved that an application could rely on.
    "missing-acr": /^(server_error|unmet_authentication_requirements)$/,
    "http-500": "temporarily_unavailable",
    "slow-body": "temporarily_unavailable",
    "endless-body": /^(server_error|temporarily_unavailable)$/,
    "lower-level": "unmet_authentication_requirements",
  };
  for (const [fault, expected] of Object.entries(faults)) {
    test(`BankID with the fault ${fault}: our page with a trace id, then the right error`, async () => {
      const page = await visitor();
      await choose(page, "bankid-high");
      await decide(page, "approve-device", { fault });
      // A slow eID is given up after ten seconds.
      await page.waitForSelector("main[data-cause]", { timeout: 12_000 });
      const id = await trouble(page);
      await lookAt(page, `trouble: ${id}`);
      assert.match(await traceOf(page), /^[0-9a-f]{32}$/);
      await page.click("#back");
      assert.match(await error(page), expected instanceof RegExp ? expected : new RegExp(`^${expected}$`));
      assert.match(await page.locator("#trace").textContent(), /^[0-9a-f]{32}$/);
    });
  }

  for (const fault of ["wrong-nonce", "http-500"]) {
    test(`Vipps with the fault ${fault}: our page, then the right error`, async () => {
      const page = await visitor();
      await choose(page, "vipps");
      await decide(page, "approve", { fault });
      await page.click("#back");
      assert.equal(await error(page), faults[fault]);
    });
  }

  test("an unknown client or return address is a page and never a redirect", async () => {
    const page = await visitor();
    const { issuer } = portvakt.ready;
    for (const [query, id] of [
      ["client_id=nobody&redirect_uri=http://localhost:1/", "client-unknown"],
      [new URLSearchParams({ client_id: portvakt.ready.client_id, redirect_uri: "http://evil.localhost/" }),
        "redirect-uri-not-registered"],
    ]) {
      const answer = await page.goto(`${issuer}/oauth2/authorize?${query}`);
      assert.equal(answer.status(), 400);
      assert.equal(await trouble(page), id);
      await lookAt(page, `refusal: ${id}`);
      await page.click("#more");
      assert.equal(await page.locator("h1").textContent(), id);
      await lookAt(page, `error: ${id}`);
      await page.click("#all");
      assert.ok((await page.locator("dt a").count()) > 50);
      await lookAt(page, "all errors");
    }
  });

  test("a page that does not exist says so", async () => {
    const page = await visitor();
    const answer = await page.goto(`${portvakt.ready.issuer}/nothing-here`);
    assert.equal(answer.status(), 404);
    await lookAt(page, "not found");
  });
});

describe("a browser is not always as expected", () => {
  test("without JavaScript everything works, form_post too", async () => {
    const page = await visitor({ javaScriptEnabled: false });
    await choose(page, "bankid-high");
    await decide(page, "approve-device");
    assert.equal((await claims(page)).name, kari().name);

    await page.goto(shop.request("/form-post", { response_mode: "form_post", acr_values: BANKID_HIGH }));
    await decide(page, "approve-device");
    await page.waitForSelector("form[data-form-post]");
    await page.click("#continue");
    await page.waitForSelector("#landed");
    assert.equal(shop.received.at(-1).get("state"), "the-state");
  });

  test("without JavaScript a test user signs in with a password, where the domain allows it", async () => {
    const host = new URL(portvakt.ready.issuer).host;
    await portvakt.told("domains", "change", host, "--automation", "true");
    const redirect = `${shop.origin}/callback`;
    await portvakt.told("applications", "create", "--domain", host, "--client-id", "suite", "--name", "Suite",
      "--redirect-uri", redirect, "--set", 'eids=["automation"]');
    const { password } = await portvakt.told("test-users", "add", "ada", "--new-password", "--claim", "name=Ada Prøve",
      "--domain", host);
    // The node looks for changed settings every five seconds.
    const metadata = async () => (await fetch(`${portvakt.ready.issuer}/.well-known/openid-configuration`)).json();
    while (!(await metadata()).acr_values_supported.includes("urn:portvakt:acr:automation")) await pause(200);

    const page = await visitor({ javaScriptEnabled: false });
    await page.goto(shop.request("/callback", { client_id: "suite" }));
    await page.fill("input[name=username]", "ada");
    await page.fill("input[name=password]", "not her password");
    await page.click("#login-submit");
    await page.waitForSelector("#password-error");
    assert.equal(await page.inputValue("#username"), "ada");
    await page.fill("input[name=password]", password);
    await page.click("#login-submit");
    await page.waitForSelector("#landed");
    assert.equal(shop.received.at(-1).get("state"), "the-state");
    assert.ok(shop.received.at(-1).get("code"));

    const other = await visitor();
    await other.goto(shop.request("/callback", { client_id: "suite" }));
    await lookAt(other, "sign in");
  });

  test("the back button after a login leads to a friendly page that starts again", async () => {
    const page = await visitor();
    const callbacks = [];
    page.on("request", (request) => {
      if (request.url().includes("/callback/no-bankid?")) callbacks.push(request.url());
    });
    await choose(page, "bankid-high");
    await decide(page, "approve-device");
    await claims(page);

    await page.goto(callbacks[0]);
    assert.equal(await trouble(page), "login-over");
    await lookAt(page, "trouble: login-over");
    await page.click("#try-again");
    await decide(page, "approve-device", { person: ola() });
    await page.locator("#id-token-claims, #error").waitFor({ state: "attached" });
    // The application's own state is spent, so it may refuse; it must not be our fault.
    if (await page.locator("#error").count()) assert.match(await error(page), /^sample_/);
    else assert.equal((await claims(page)).name, ola().name);
  });

  test("going back with the browser's own button never shows an error of ours", async () => {
    const page = await visitor();
    await choose(page, "bankid-high");
    await decide(page, "approve-device");
    await claims(page);
    await page.goBack();
    const fine = ".pv-simulator, main[data-cause=login-over], #login-any, #id-token-claims";
    await page.locator(fine).waitFor({ state: "attached" });
  });

  test("the callback in a browser that knows of no login says where to go", async () => {
    const page = await visitor();
    await page.goto(`${portvakt.ready.issuer}/callback/no-bankid?code=x&state=y`);
    assert.equal(await trouble(page), "login-lost");
    await lookAt(page, "trouble: login-lost");
  });

  test("the fifth login in one browser still works, and so does the first", async () => {
    const page = await visitor();
    const tabs = [];
    for (let number = 0; number < 5; number += 1) {
      const tab = number === 0 ? page : await page.context().newPage();
      await tab.goto(shop.request("/callback", { state: `tab-${number}`, acr_values: BANKID_HIGH }));
      tabs.push(tab);
    }
    for (const [number, tab] of [...tabs.entries()].reverse()) {
      await decide(tab, "approve-device");
      await tab.waitForSelector("#landed");
      assert.equal(shop.received.at(-1).get("state"), `tab-${number}`);
      assert.ok(shop.received.at(-1).get("code"));
    }
  });

  test("a login that had to make room for many others says so, and leads back to its application", async () => {
    const page = await visitor();
    const ours = async () => (await page.context().cookies()).filter((it) => it.name.startsWith("login-"));
    await page.goto(shop.request("/callback", { acr_values: BANKID_HIGH }));
    const [first] = await ours();
    const atTheEid = page.url();
    // What is left of it is short.
    const isSetAside = async () => (await ours()).find((it) => it.name === first.name).value.length < 120;
    for (let more = 0; more < 30 && !(await isSetAside()); more += 1) {
      await page.goto(shop.request("/callback", { state: "s".repeat(400), acr_values: BANKID_HIGH }));
    }
    const sent = (await page.context().cookies()).map((it) => `${it.name}=${it.value}; `).join("");
    assert.ok(sent.length <= 3_500, `${sent.length} bytes of cookies`);
    await page.goto(atTheEid);
    await decide(page, "approve-device");
    assert.equal(await trouble(page), "login-set-aside");
    await lookAt(page, "trouble: login-set-aside");
    await page.click("#back");
    await page.waitForSelector("#login-any");
    assert.ok(page.url().startsWith(portvakt.ready.sample_app));
  });

  test("an earlier attempt that is approved late leads on to the latest one", async () => {
    const page = await visitor();
    await choose(page, "any");
    await page.locator(".pv-choices a", { hasText: "BankID" }).click();
    await page.waitForSelector(".pv-simulator");
    const earlier = page.url();
    await page.goBack();
    await page.locator(".pv-choices a", { hasText: "Vipps" }).click();
    await page.waitForSelector(".pv-simulator");
    const tab = await page.context().newPage();
    await tab.goto(earlier);
    await decide(tab, "approve-device");
    assert.equal(await trouble(tab), "login-superseded");
    await lookAt(tab, "trouble: login-superseded");
    await tab.click("#continue");
    await tab.locator(".pv-choices a", { hasText: "Vipps" }).click();
    await decide(tab, "approve", { person: ola() });
    assert.equal((await claims(tab)).name, ola().name);
  });

  test("consent that is pressed twice on a slow line ends at the application with a code", async () => {
    const page = await visitor();
    await page.goto(shop.request("/callback", { prompt: "consent", acr_values: BANKID_HIGH }));
    await decide(page, "approve-device");
    await page.waitForSelector("#consent-allow");
    let answer;
    const answered = new Promise((resolve) => (answer = resolve));
    let presses = 0;
    await page.route("**/consent", async (route) => {
      presses += 1;
      if (presses > 1) return route.continue();
      // The first press is answered, and the answer does not reach the browser.
      const request = route.request();
      const cookies = await page.context().cookies(request.url());
      const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join("; ");
      const headers = { cookie, origin: portvakt.ready.issuer };
      const body = new URLSearchParams(request.postData());
      const { status } = await fetch(request.url(), { method: "POST", headers, body });
      return answer(status);
    });
    // By the mouse: a click on the element would wait for the page that does not come.
    const { x, y, width, height } = await page.locator("#consent-allow").boundingBox();
    const press = () => page.mouse.click(x + width / 2, y + height / 2);
    await press();
    assert.equal(await answered, 200);
    const before = shop.received.length;
    await press();
    await page.waitForSelector("#landed");
    assert.deepEqual([presses, shop.received.length], [2, before + 1]);
    const { issuer, client_id, client_secret } = portvakt.ready;
    const body = new URLSearchParams({
      grant_type: "authorization_code", code: shop.received.at(-1).get("code"),
      redirect_uri: `${shop.origin}/callback`, client_id, client_secret,
    });
    const tokens = await fetch(`${issuer}/oauth2/token`, { method: "POST", body });
    assert.equal(tokens.status, 200);
  });

  test("two tabs log in at once, each as somebody else", async () => {
    const first = await visitor();
    const second = await first.context().newPage();
    await choose(first, "bankid-high");
    await choose(second, "vipps");
    await decide(first, "approve-device", { person: kari() });
    await decide(second, "approve", { person: ola() });
    const [one, two] = [await claims(first), await claims(second)];
    assert.deepEqual([one.name, one.acr], [kari().name, BANKID_HIGH]);
    assert.deepEqual([two.name, two.acr], [ola().name, VIPPS]);
  });

  test("with the keyboard alone", async () => {
    const page = await visitor();
    const tabTo = async (selector) => {
      for (let presses = 0; presses < 60; presses += 1) {
        await page.keyboard.press("Tab");
        const there = await page.evaluate((it) => document.activeElement?.matches(it), selector);
        if (there) return;
      }
      assert.fail(`the keyboard does not reach ${selector}`);
    };
    await page.goto(portvakt.ready.sample_app);
    await tabTo("#login-any");
    await page.keyboard.press("Enter");
    await page.waitForSelector(".pv-choices");
    await tabTo(".pv-choices a");
    await page.keyboard.press("Enter");
    await page.waitForSelector(".pv-simulator");
    await tabTo("input[name=person]");
    await page.keyboard.press("ArrowDown");
    await tabTo("#outcome-approve-device");
    await page.keyboard.press("Enter");
    assert.equal((await claims(page)).name, ola().name);
  });

  test("in nynorsk where the application asks for it, in English where the browser does", async () => {
    const page = await visitor();
    await page.goto(shop.request("/callback", { ui_locales: "nn" }));
    assert.equal(await page.locator("html").getAttribute("lang"), "nn");
    await lookAt(page, "selector in nynorsk");
    const nynorsk = await page.locator("h1").textContent();

    const english = await visitor({ locale: "en-GB" });
    await english.goto(shop.request("/callback"));
    assert.equal(await english.locator("html").getAttribute("lang"), "en");
    assert.notEqual(await english.locator("h1").textContent(), nynorsk);
    await lookAt(english, "selector in English");
    await english.locator(".pv-languages a[lang=nb]").click();
    assert.equal(await english.locator("html").getAttribute("lang"), "nb");
  });
});

describe("an application of another kind", () => {
  test("runs in the browser alone, as a public client with CORS", async () => {
    const page = await visitor();
    await page.goto(portvakt.ready.browser_app);
    await lookAt(page, "browser sample");
    await page.click("#browser-login");
    await page.locator(".pv-choices a", { hasText: "BankID" }).click();
    await decide(page, "approve-device");
    await page.waitForSelector("[data-view=result]:not([hidden]), [data-view=failure]:not([hidden])");
    const shown = await claims(page);
    assert.equal(shown.aud, portvakt.ready.browser_client_id);
    assert.equal(shown.name, kari().name);
    await lookAt(page, "browser sample, result");
  });

  test("runs in the browser alone and is told that the person cancelled", async () => {
    const page = await visitor();
    await page.goto(portvakt.ready.browser_app);
    await page.click("#browser-login");
    await page.locator(".pv-choices a", { hasText: "BankID" }).click();
    await decide(page, "cancel");
    await page.waitForSelector("[data-view=failure]:not([hidden])");
    assert.equal(await error(page), "access_denied");
    await lookAt(page, "browser sample, failure");
  });

  for (const system of ["ios", "android"]) {
    test(`runs on a phone, and the page for ${system} leads back to it`, async () => {
      const page = await visitor();
      const address = `${portvakt.ready.issuer}/${system}/callback?code=${system}-secret-code&state=x%20y`;
      await page.goto(address);
      await lookAt(page, "back to the app");
      assert.equal(await page.locator("#open-app").getAttribute("href"), address);
      assert.ok(!portvakt.errors.includes(`${system}-secret-code`), "the log has what the app is told");
    });
  }

  for (const path of ["/form-post", "/form-post-away"]) {
    const where = path === "/form-post" ? "and answers there" : "and goes on to another site";
    test(`takes the answer as a form ${where}`, async () => {
      const page = await visitor();
      await page.goto(shop.request(path, { response_mode: "form_post", acr_values: BANKID_HIGH }));
      await decide(page, "approve-device");
      await page.waitForSelector("#landed");
      const received = shop.received.at(-1);
      assert.equal(received.get("state"), "the-state");
      assert.equal(received.get("iss"), portvakt.ready.issuer);
      assert.ok(received.get("code"));
      if (path === "/form-post-away") assert.match(page.url(), /elsewhere\.localhost/);
    });
  }
});

describe("in the simulator", () => {
  test("a person is added and logs in", async () => {
    const page = await visitor();
    await choose(page, "bankid-high");
    await page.click("#add-person");
    await page.waitForSelector("#person-add");
    await lookAt(page, "new person");
    await page.click("#person-add");
    await page.waitForSelector("#error-summary");
    await lookAt(page, "new person, errors");
    await page.fill("#given_name", "Åse");
    await page.fill("#family_name", "Test-Hansen");
    await page.fill("#birth_date", "17.05.1990");
    await page.check("#sex");
    await page.click("#person-add");
    await page.waitForSelector("#person-number");
    await lookAt(page, "person added");
    await page.click("#continue");
    await page.locator(".pv-person", { hasText: "Åse Test-Hansen" }).locator("input").check();
    await page.click("#outcome-approve-app");
    const shown = await claims(page);
    assert.equal(shown.name, "Åse Test-Hansen");
    assert.equal(shown.birthdate, "1990-05-17");
  });
});

describe("over https", () => {
  let secure;
  before(async () => {
    secure = await Portvakt.start({ https: true });
  });
  after(() => secure.stop());

  test("the main journey works the same, with cookies that only this host sees", async () => {
    const page = await visitor({ ignoreHTTPSErrors: true });
    await page.goto(secure.ready.sample_app);
    await page.click("#login-bankid-high");
    await page.waitForSelector(".pv-simulator");
    const cookies = (await page.context().cookies()).filter((it) => it.domain === "localhost");
    assert.ok(cookies.length > 0);
    for (const cookie of cookies) {
      assert.match(cookie.name, /^__Host-/);
      assert.ok(cookie.secure && cookie.httpOnly && cookie.sameSite === "Lax", cookie.name);
    }
    await page.check(`input[name=person][value="${secure.ready.people[0].id}"]`);
    await page.click("#outcome-approve-device");
    const shown = await claims(page);
    assert.equal(shown.iss, secure.ready.issuer);
    assert.match(shown.iss, /^https:/);
    assert.equal(shown.acr, BANKID_HIGH);
  });
});

describe("from the terminal", () => {
  test("a login is tried, and the decoded tokens are shown", async () => {
    const { child, lines } = portvakt.command("test", "login", "--client", portvakt.ready.client_id, "--with", "bankid-high");
    const { open } = JSON.parse((await lines.next()).value);
    const page = await visitor();
    await page.goto(open);
    await decide(page, "approve-device");
    await page.waitForSelector("#trial-over");
    await lookAt(page, "trial over");
    assert.ok(!(await page.content()).includes(kari().name), "the browser is told nothing");
    const shown = JSON.parse((await lines.next()).value);
    assert.equal(shown.id_token.claims.acr, BANKID_HIGH);
    assert.equal(shown.id_token.claims.name, kari().name);
    assert.equal(shown.userinfo.sub, shown.id_token.claims.sub);
    if (child.exitCode === null) await once(child, "exit");
    assert.equal(child.exitCode, 0);
  });

  test("a login that went wrong is explained by the trace id on its page", async () => {
    const page = await visitor();
    await choose(page, "bankid-high");
    await decide(page, "approve-device", { fault: "wrong-nonce" });
    await page.waitForSelector("main[data-cause]");
    const trace = (await traceOf(page)).trim();
    // Events are written every second.
    let told;
    for (let tries = 0; tries < 50 && !told; tries += 1) {
      told = await portvakt.told("explain", trace).catch(() => undefined);
      if (told && !told.some((it) => it.cause)) told = undefined;
    }
    const last = told.at(-1);
    assert.equal(last.cause, "eid-invalid-answer");
    assert.equal(last.trace, trace);
    assert.ok(last.remedy.length > 20);
  });
});

describe("single sign-on", () => {
  const host = () => new URL(portvakt.ready.issuer).host;
  before(() => portvakt.told("domains", "change", host(), "--single-sign-on", "no-bankid"));
  after(() => portvakt.told("domains", "change", host(), "--single-sign-on", "--session-idle", "30m"));

  test("a second login asks nobody, until the person logs out", async () => {
    const page = await visitor();
    const remembered = async () => (await page.context().cookies()).some((it) => it.name === "session-no-bankid");
    // Every node, this one too, knows within five seconds.
    for (let tries = 0; tries < 40 && !(await remembered()); tries += 1) {
      await choose(page, "bankid-high");
      await decide(page, "approve-device");
      await page.waitForSelector("#id-token-claims", { state: "attached" });
    }
    const first = await claims(page);
    await choose(page, "bankid-high");
    await page.waitForSelector("#id-token-claims", { state: "attached" });
    const second = await claims(page);
    assert.equal(second.sid, first.sid);
    assert.equal(second.auth_time, first.auth_time);
    await page.goto(`${portvakt.ready.issuer}/oauth2/logout`);
    await lookAt(page, "log out?");
    await page.click("#logout-yes");
    assert.equal(await remembered(), false);
    await choose(page, "bankid-high");
    await page.waitForSelector(".pv-simulator");
  });

  test("a wrong request to log out ends nothing by itself, and the person can log out all the same", async () => {
    const page = await visitor();
    const remembered = async () => (await page.context().cookies()).some((it) => it.name === "session-no-bankid");
    for (let tries = 0; tries < 40 && !(await remembered()); tries += 1) {
      await choose(page, "bankid-high");
      await decide(page, "approve-device");
      await page.waitForSelector("#id-token-claims", { state: "attached" });
    }
    const query = new URLSearchParams({ id_token_hint: "not.a.token", post_logout_redirect_uri: `${shop.origin}/` });
    const answer = await page.goto(`${portvakt.ready.issuer}/oauth2/logout?${query}`);
    assert.deepEqual([answer.status(), await trouble(page)], [400, "logout-hint-invalid"]);
    assert.equal(await remembered(), true);
    await lookAt(page, "refusal: logout-hint-invalid");
    await page.click("#logout-here");
    await page.waitForURL(`${portvakt.ready.issuer}/oauth2/logout`);
    assert.equal(await page.locator("main[data-cause]").count(), 0);
    assert.equal(await remembered(), false);
    await lookAt(page, "logged out");
  });
});

describe("after all of that", () => {
  test("the log has no secret, no code, no number and no name in it", () => {
    const log = portvakt.errors;
    const codes = shop.received.map((it) => it.get("code")).filter(Boolean);
    assert.ok(codes.length > 0);
    const people = portvakt.ready.people.flatMap((it) => [it.nin, it.name]);
    for (const secret of [portvakt.ready.client_secret, ...codes, ...people]) {
      assert.ok(!log.includes(secret), `the log has ${secret}`);
    }
    assert.ok(!/panicked/.test(log), log);
  });
});
