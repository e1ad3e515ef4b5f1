// What a customer who comes from Idura brings along: its SDKs from npm, unmodified, and answers that are encrypted.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import http from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, test } from "node:test";

import { compactDecrypt, createRemoteJWKSet, exportJWK, generateKeyPair, jwtVerify } from "jose";

import { launch, launchProfile, lookAt } from "../browser.mjs";
import { logIn } from "../login.mjs";
import { Portvakt, freePorts } from "../portvakt.mjs";

const HIGH = "urn:grn:authn:no:bankid:high";
const SDK = new URL("../node_modules/@criipto/auth-js/dist/criipto-auth.umd.js", import.meta.url);
const CALLBACK = "http://localhost:3999/callback";

/** The page of a customer: their SDK, and two buttons. */
const page = (domain, clientID) => `<!doctype html><html lang="en"><title>Shop</title><h1>Shop</h1>
<button id="popup">Popup</button><button id="any">Popup, any eID</button>
<script src="/sdk.js"></script>
<script>
  const redirectUri = location.origin + "/";
  const auth = new CriiptoAuth({ domain: "${domain}", clientID: "${clientID}", store: sessionStorage, redirectUri });
  const popup = (more) => { window.result = auth.popup.authorize({ redirectUri, state: "s p", backdrop: false, ...more }); };
  document.getElementById("popup").onclick = () => popup({ acrValues: "${HIGH}" });
  document.getElementById("any").onclick = () => popup({});
</script>`;

class Shop {
  #server;

  async open(port, domain, clientID) {
    this.origin = `http://shop.localhost:${port}`;
    const sdk = await readFile(SDK);
    this.#server = http.createServer((request, response) => {
      const isSdk = request.url === "/sdk.js";
      response.writeHead(200, { "content-type": isSdk ? "text/javascript" : "text/html; charset=utf-8" });
      response.end(isSdk ? sdk : page(domain, clientID));
    });
    this.#server.listen(port);
    await once(this.#server, "listening");
  }

  async close() {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
  }
}

/** What a customer who moved is set up with; gives what the command printed. */
const create = (portvakt, host, client_id, ...more) =>
  portvakt.told("applications", "create", "--domain", host, "--client-id", client_id, "--name", "Shop",
    "--profile", "compatible", ...more);

describe("@criipto/auth-js in Chromium, over https", () => {
  const shop = new Shop();
  const client_id = "urn:my:application:identifier:4711";
  let browser, portvakt, host, kari;
  before(async () => {
    portvakt = await Portvakt.start({ https: true });
    host = new URL(portvakt.ready.issuer).host;
    kari = portvakt.ready.people[0];
    await shop.open(await freePorts(1), host, client_id);
    await create(portvakt, host, client_id, "--kind", "browser", "--post-message", "on",
      "--redirect-uri", `${shop.origin}/`);
    await portvakt.told("domains", "change", host, "--single-sign-on", "no-bankid");
    browser = await launch();
  });
  after(async () => {
    await browser?.close();
    await shop.close();
    await portvakt?.stop();
  });

  async function visitor() {
    const context = await browser.newContext({ ignoreHTTPSErrors: true, locale: "nb-NO" });
    context.setDefaultTimeout(15_000);
    const page = await context.newPage();
    await page.goto(`${shop.origin}/`);
    return page;
  }

  async function decide(page) {
    await page.waitForSelector(".pv-simulator");
    await page.check(`input[name=person][value="${kari.id}"]`);
    await page.click("#outcome-approve-device");
  }

  function assertIsKari(claims, acr) {
    assert.equal(claims.iss, portvakt.ready.issuer);
    assert.equal(claims.aud, client_id);
    assert.equal(claims.identityscheme, "nobankid-oidc");
    assert.equal(claims.authenticationtype, acr);
    assert.equal(claims.name, kari.name);
    assert.equal(claims.dateofbirth, kari.birth_date);
    assert.equal(claims.sub.replace(/[{}-]/g, ""), claims.nameidentifier);
    assert.equal(claims.acr, undefined);
  }

  /** Logs in by redirect, to the end. */
  async function byRedirect(page) {
    await page.evaluate((acrValues) => { auth.redirect.authorize({ acrValues, state: "here" }); }, HIGH);
    await decide(page);
    await page.waitForURL(`${shop.origin}/?*`);
    return page.evaluate(() => auth.redirect.match());
  }

  const checkSession = (page) =>
    page.evaluate(async (acrValues) => {
      try {
        return await auth.checkSession({ acrValues });
      } catch (error) {
        return { error: error.error ?? String(error) };
      }
    }, HIGH);

  test("a login by redirect ends with verified claims", async () => {
    const page = await visitor();
    const answer = await byRedirect(page);
    assertIsKari(answer.claims, HIGH);
    assert.equal(answer.state, "here");
    assert.match(answer.traceId, /^[0-9a-f]{32}$/);
    assert.equal(answer.expires_in, "120");
  });

  for (const [button, acr] of [["popup", HIGH], ["any", "urn:grn:authn:no:bankid"]]) {
    test(`a login in a popup (${button}) is answered by window message`, async () => {
      const page = await visitor();
      const [popup] = await Promise.all([page.waitForEvent("popup"), page.click(`#${button}`)]);
      if (button === "any") await popup.click(".pv-choices a >> text=BankID");
      const closed = popup.waitForEvent("close");
      await decide(popup);
      await closed;
      const answer = await page.evaluate(() => window.result);
      assertIsKari(answer.claims, acr);
      assert.equal(page.url(), `${shop.origin}/`, "the page itself went nowhere");
    });
  }

  test("a cancelled popup is told why", async () => {
    const page = await visitor();
    const [popup] = await Promise.all([page.waitForEvent("popup"), page.click("#popup")]);
    await popup.waitForSelector(".pv-simulator");
    await popup.click("#outcome-cancel");
    const error = await page.evaluate(() => window.result.catch((error) => error.error));
    assert.equal(error, "access_denied");
  });

  test("a silent login finds the session, until the person logs out", async (t) => {
    // A profile that lets cookies into frames of other sites; where a browser does not, no silent login finds anybody.
    const profile = await mkdtemp(path.join(tmpdir(), "portvakt-profile-"));
    const context = await launchProfile(profile, { ignoreHTTPSErrors: true, locale: "nb-NO" });
    t.after(async () => {
      await context.close();
      await rm(profile, { recursive: true, force: true });
    });
    context.setDefaultTimeout(15_000);
    const page = await context.newPage();
    await page.goto(`${shop.origin}/`);
    assert.equal((await checkSession(page)).error, "login_required");
    const first = await byRedirect(page);
    const silent = await checkSession(page);
    assertIsKari(silent.claims, HIGH);
    assert.equal(silent.claims.sub, first.claims.sub);
    assert.equal(silent.claims.sessionindex, first.claims.sessionindex);
    await page.evaluate(() => { auth.logout({ redirectUri: `${location.origin}/`, state: "bye" }); });
    await page.click("button[value=logout]");
    await page.waitForURL(`${shop.origin}/?state=bye`);
    assert.equal((await checkSession(page)).error, "login_required");
  });

  test("a page without an opener can be gone on from", async () => {
    const page = await visitor();
    const query = new URLSearchParams({
      client_id, redirect_uri: `${shop.origin}/`, response_type: "code", response_mode: "post_message",
      scope: "openid", prompt: "none", state: `"><b>x</b>`, code_challenge_method: "S256",
      code_challenge: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
    });
    await page.goto(`${portvakt.ready.issuer}/oauth2/authorize?${query}`);
    await lookAt(page, "answer by window message");
    await page.click("#continue");
    await page.waitForURL(`${shop.origin}/?*`);
    assert.equal(new URL(page.url()).searchParams.get("error"), "login_required");
    assert.equal(new URL(page.url()).searchParams.get("state"), `"><b>x</b>`);
  });

  test("a page of another site receives nothing, and may not frame the answer", async () => {
    const page = await visitor();
    await page.goto(`${shop.origin.replace("shop.", "thief.")}/`);
    const query = new URLSearchParams({
      client_id, redirect_uri: `${shop.origin}/`, response_type: "code", response_mode: "post_message",
      scope: "openid", prompt: "none", code_challenge_method: "S256",
      code_challenge: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
    });
    const refused = page.waitForEvent("console", (it) => /frame-ancestors|refused to connect/i.test(it.text()));
    await page.evaluate((url) => {
      window.received = [];
      window.addEventListener("message", (it) => window.received.push(it.data));
      const frame = document.createElement("iframe");
      frame.src = url;
      document.body.append(frame);
    }, `${portvakt.ready.issuer}/oauth2/authorize?${query}`);
    await refused;
    assert.deepEqual(await page.evaluate(() => window.received), []);
  });
});

/** Registers the tests of what runs outside a browser; `run` runs a client program to its end. */
export function outsideABrowser(run, program) {
  describe("a server of a customer who came from Idura", () => {
    let portvakt, host;
    before(async () => {
      portvakt = await Portvakt.start();
      host = new URL(portvakt.ready.issuer).host;
    });
    after(() => portvakt?.stop());

    test("@criipto/oidc logs Kari in with nothing but issuer and credentials", async () => {
      const made = await create(portvakt, host, "urn:my:server", "--redirect-uri", CALLBACK);
      const { issuer, people } = portvakt.ready;
      const environment = {
        ISSUER: issuer, CLIENT_ID: "urn:my:server", CLIENT_SECRET: made.client_secret, ACR_VALUES: HIGH,
      };
      const { claims, userinfo, configuration } = await run(program, environment);
      assert.equal(claims.iss, issuer);
      assert.equal(claims.nonce, "the-nonce");
      assert.equal(claims.authenticationtype, HIGH);
      assert.equal(claims.name, people[0].name);
      assert.equal(userinfo.sub, claims.sub);
      assert.equal(userinfo.uniqueuserid, claims.uniqueuserid);
      assert.ok(configuration.acr_values_supported.includes(HIGH));
    });

    // The SDK encodes the client id and sends the secret as it is; every second secret in base64 has a plus sign.
    for (const [number, secret] of ["q+7/Zk+T2m/0Yw9+cL3xVt1n8Rk=", "100%25+sure/==", "one:two+three="].entries()) {
      test(`@criipto/oidc logs in with the imported secret ${secret}`, async () => {
        const { issuer, people } = portvakt.ready;
        const client_id = `urn:my:imported:server:${number}`;
        const sha256 = createHash("sha256").update(secret).digest("hex");
        const file = path.join(portvakt.home, `import-${number}.json`);
        await writeFile(file, JSON.stringify({
          portvakt_import: 1,
          applications: [{
            domain: host, client_id, name: "Imported", kind: "web", profile: "compatible", redirect_uris: [CALLBACK],
            secrets: [{ sha256 }],
          }],
        }));
        await portvakt.told("import", "--file", file);
        const environment = { ISSUER: issuer, CLIENT_ID: client_id, CLIENT_SECRET: secret, ACR_VALUES: HIGH };
        const { claims, userinfo } = await run(program, environment);
        assert.equal(claims.aud, client_id);
        assert.equal(claims.name, people[0].name);
        assert.equal(userinfo.sub, claims.sub);
      });
    }

    for (const encryption of ["A256GCM", "A128CBC-HS256"]) {
      test(`what is encrypted with ${encryption} opens with the application's key`, async () => {
        const { publicKey, privateKey } = await generateKeyPair("RSA-OAEP-256", { extractable: true });
        const jwk = { ...(await exportJWK(publicKey)), use: "enc", kid: "mine" };
        const client_id = `encrypted-${encryption}`;
        const made = await create(portvakt, host, client_id, "--redirect-uri", CALLBACK, "--set", "pkce=off",
          "--set", `jwks=${JSON.stringify({ keys: [jwk] })}`, "--content-encryption", encryption,
          "--id-token-response", "signedAndEncryptedJwt", "--userinfo-response", "signedAndEncryptedJwt");
        const { issuer, people } = portvakt.ready;
        const query = new URLSearchParams({
          client_id, redirect_uri: CALLBACK, response_type: "code", scope: "openid", acr_values: HIGH,
        });
        const ended = await logIn(`${issuer}/oauth2/authorize?${query}`, { stopAt: CALLBACK });
        const body = new URLSearchParams({
          grant_type: "authorization_code", code: new URL(ended.url).searchParams.get("code"),
          redirect_uri: CALLBACK, client_id, client_secret: made.client_secret,
        });
        const tokens = await (await fetch(`${issuer}/oauth2/token`, { method: "POST", body })).json();
        const headers = { authorization: `Bearer ${tokens.access_token}` };
        const userinfo = await fetch(`${issuer}/oauth2/userinfo`, { headers });
        assert.equal(userinfo.headers.get("content-type"), "application/jwt");
        const keys = createRemoteJWKSet(new URL(`${issuer}/.well-known/jwks`));
        const subjects = [];
        for (const jwe of [tokens.id_token, await userinfo.text()]) {
          const { plaintext, protectedHeader } = await compactDecrypt(jwe, privateKey);
          assert.equal(protectedHeader.enc, encryption);
          assert.equal(protectedHeader.kid, "mine");
          const jwt = new TextDecoder().decode(plaintext);
          const { payload } = await jwtVerify(jwt, keys, { issuer, audience: client_id });
          assert.equal(payload.name, people[0].name);
          subjects.push(payload.sub);
        }
        assert.equal(subjects[0], subjects[1]);
      });
    }
  });
}
