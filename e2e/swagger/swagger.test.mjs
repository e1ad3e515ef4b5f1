// Swagger UI, as it comes from npm: it logs in through a popup that must still know who opened it.

import assert from "node:assert/strict";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import http from "node:http";
import path from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";

import { launch } from "../browser.mjs";
import { Portvakt, freePorts } from "../portvakt.mjs";

const DIST = fileURLToPath(new URL("../node_modules/swagger-ui-dist/", import.meta.url));
const KINDS = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".json": "application/json" };

let portvakt;
let browser;
let server;
let origin;

/** An API whose operations want a login here. */
function description() {
  const flow = {
    authorizationUrl: `${portvakt.ready.issuer}/oauth2/authorize`,
    tokenUrl: `${portvakt.ready.issuer}/oauth2/token`,
    scopes: { openid: "who you are", profile: "your name" },
  };
  return {
    openapi: "3.0.3",
    info: { title: "An API", version: "1" },
    paths: { "/things": { get: { security: [{ login: ["openid"] }], responses: { 200: { description: "things" } } } } },
    components: { securitySchemes: { login: { type: "oauth2", flows: { authorizationCode: flow } } } },
  };
}

const page = () => `<!doctype html><html lang="en"><title>API</title><link rel="stylesheet" href="swagger-ui.css">
<div id="ui"></div><script src="swagger-ui-bundle.js"></script><script>
window.ui = SwaggerUIBundle({ url: "/api.json", dom_id: "#ui", oauth2RedirectUrl: "${origin}/oauth2-redirect.html" });
window.ui.initOAuth({
  clientId: "${portvakt.ready.client_id}", clientSecret: "${portvakt.ready.client_secret}",
  scopes: "openid profile", usePkceWithAuthorizationCodeGrant: true,
});
</script></html>`;

async function answer(request, response) {
  const { pathname } = new URL(request.url, origin);
  const own = { "/": page, "/api.json": () => JSON.stringify(description()) };
  try {
    const body = own[pathname]?.() ?? (await readFile(path.join(DIST, path.basename(pathname))));
    const kind = KINDS[path.extname(pathname)] ?? "text/html";
    response.writeHead(200, { "content-type": `${kind}; charset=utf-8` }).end(body);
  } catch {
    response.writeHead(404).end();
  }
}

before(async () => {
  const port = await freePorts(1);
  origin = `http://swagger.localhost:${port}`;
  server = http.createServer(answer).listen(port);
  await once(server, "listening");
  portvakt = await Portvakt.start({ redirectUris: [`${origin}/oauth2-redirect.html`] });
  browser = await launch();
});

after(async () => {
  await browser?.close();
  server?.closeAllConnections();
  server?.close();
  await portvakt?.stop();
});

test("Swagger UI logs in through its popup and gets its token", async () => {
  const context = await browser.newContext();
  context.setDefaultTimeout(15_000);
  const swagger = await context.newPage();
  await swagger.goto(origin);
  await swagger.click(".btn.authorize");
  for (const scope of await swagger.locator(".scopes input[type=checkbox]").all()) await scope.check({ force: true });
  const opened = swagger.waitForEvent("popup");
  await swagger.click(".auth-btn-wrapper .authorize");
  const popup = await opened;
  // Our selector, the eID's page, and back through our callback.
  await popup.locator(".pv-choices a", { hasText: "BankID" }).click();
  await popup.check(`input[name=person][value="${portvakt.ready.people[0].id}"]`);
  const closed = popup.waitForEvent("close");
  await popup.click("#outcome-approve-device");
  await closed;
  await swagger.waitForSelector('.auth-btn-wrapper button:has-text("Logout")');
  const token = await swagger.evaluate(() => window.ui.authSelectors.authorized().toJS().login.token);
  assert.equal(token.token_type.toLowerCase(), "bearer");
  assert.ok(token.id_token);
  await context.close();
});
