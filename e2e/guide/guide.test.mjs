// Every program of the guide runs as it stands there, and logs a person in.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import http from "node:http";
import path from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";

import { launch, lookAt } from "../browser.mjs";
import { logIn } from "../login.mjs";
import { Portvakt, freePorts } from "../portvakt.mjs";
import { programs } from "./extract.mjs";

const folder = process.env.E2E_GUIDE ?? fileURLToPath(new URL("../artifacts/guide", import.meta.url));
const servers = {
  "server.mjs": [process.execPath, path.join(folder, "server.mjs")],
  "app.py": [process.env.E2E_PYTHON ?? "python3", path.join(folder, "app.py")],
  "main.rs": [process.env.E2E_RUST_GUIDE ?? "guide"],
};

let port;
let portvakt;

before(async () => {
  port = await freePorts(1);
  portvakt = await Portvakt.start({ redirectUris: [`http://localhost:${port}/callback`] });
});
after(() => portvakt.stop());

/** Starts a program and waits until it says where it listens. */
async function serve([program, ...args]) {
  const { issuer, client_id, client_secret } = portvakt.ready;
  const child = spawn(program, args, {
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      ISSUER: issuer,
      CLIENT_ID: client_id,
      CLIENT_SECRET: client_secret,
      PORT: String(port),
      PYTHONUNBUFFERED: "1",
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  await new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`it does not listen\n${said}`)), 20_000);
    const listen = (text) => {
      said += text;
      if (!new RegExp(`http://(localhost|127\\.0\\.0\\.1):${port}`).test(said)) return;
      clearTimeout(timer);
      resolve();
    };
    child.stdout.setEncoding("utf8").on("data", listen);
    child.stderr.setEncoding("utf8").on("data", listen);
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`it ended with ${code}\n${said}`)));
  });
  return async () => {
    if (child.exitCode !== null) return;
    const ended = once(child, "exit");
    child.kill();
    await ended;
  };
}

test("the guide has a program for each of these", async () => {
  assert.deepEqual(Object.keys(await programs()), [...Object.keys(servers), "index.html"]);
});

for (const [name, command] of Object.entries(servers)) {
  test(`${name} logs a person in, and understands a cancel and a low level`, async () => {
    const stop = await serve(command);
    try {
      const start = `http://localhost:${port}/login`;
      const welcome = await logIn(start);
      assert.equal(welcome.status, 200, welcome.html);
      assert.ok(welcome.html.startsWith(`Hello ${portvakt.ready.people[0].name}, you are `), welcome.html);

      const cancelled = await logIn(start, { outcome: "cancel" });
      assert.equal(cancelled.status, 403);
      assert.equal(cancelled.html, "Not logged in: access_denied");

      const low = await logIn(start, { outcome: "approve-biometrics" });
      assert.ok(low.url.startsWith(portvakt.ready.issuer), low.url);
    } finally {
      await stop();
    }
  });
}

test("index.html logs a person in without a server", async () => {
  const { issuer, browser_app, browser_client_id, people } = portvakt.ready;
  const page = (await programs())["index.html"]
    .replaceAll("{{ISSUER}}", issuer)
    .replaceAll("{{CLIENT_ID}}", browser_client_id);
  const server = http.createServer((_, response) =>
    response.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end(page));
  server.listen(port);
  await once(server, "listening");
  // At the registered address of the browser application Chromium finds the guide's page.
  const browser = await launch([`--host-resolver-rules=MAP ${new URL(browser_app).host} localhost:${port}`]);
  try {
    const tab = await (await browser.newContext()).newPage();
    tab.setDefaultTimeout(15_000);
    await tab.goto(browser_app);
    await lookAt(tab, "the guide's page");
    await tab.click("#login");
    await tab.click("#outcome-approve-device");
    await tab.waitForFunction(() => document.querySelector("#who")?.textContent);
    assert.equal(await tab.locator("#who").textContent(), `Hello ${people[0].name}`);

    await tab.click("#login");
    await tab.click("#outcome-cancel");
    await tab.waitForFunction(() => document.querySelector("#who")?.textContent);
    assert.equal(await tab.locator("#who").textContent(), "Not logged in: access_denied");
  } finally {
    await browser.close();
    server.close();
  }
});
