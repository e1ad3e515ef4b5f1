// Behind a real nginx with the buffers that it has when nobody sets any: 4 KiB for an answer's headers, 8 KiB for a line
// of a request's.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";

import { Jar, logIn } from "../login.mjs";
import { Portvakt, freePorts } from "../portvakt.mjs";

// As long as that of an identity broker in front of the application.
const REDIRECT = `http://shop.localhost:9/auth/realms/${"customers-of-the-shop-".repeat(4)}/broker/portvakt/endpoint`;
const BANKID = "urn:grn:authn:no:bankid";

/** An nginx of our own on a free port; it has gone when the process has. */
class Nginx {
  #binary = process.env.NGINX_BIN ?? "/usr/sbin/nginx";
  #directory = mkdtempSync(path.join(tmpdir(), "portvakt-nginx-"));
  #last = () => this.stop();

  async start(upstream) {
    const port = await freePorts(1);
    const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
    const file = path.join(this.#directory, "nginx.conf");
    // Its workers are nobody.
    chmodSync(this.#directory, 0o755);
    writeFileSync(
      file,
      `pid nginx.pid;
error_log error.log;
events {}
http {
  access_log off;
  ${temporary.map((it) => `${it}_temp_path ${this.#directory}/${it};`).join("\n  ")}
  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_pass ${upstream};
      proxy_set_header Host $http_host;
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
      proxy_set_header X-Forwarded-Proto $scheme;
    }
  }
}
`,
    );
    // It goes into the background by itself, once it listens.
    execFileSync(this.#binary, ["-p", this.#directory, "-c", file, "-e", path.join(this.#directory, "error.log")]);
    process.once("exit", this.#last);
    this.address = `http://127.0.0.1:${port}`;
  }

  /** What it complained about. */
  get errors() {
    return readFileSync(path.join(this.#directory, "error.log"), "utf8");
  }

  stop() {
    process.removeListener("exit", this.#last);
    process.kill(Number(readFileSync(path.join(this.#directory, "nginx.pid"), "utf8")));
    rmSync(this.#directory, { recursive: true, force: true });
  }
}

let portvakt;
let nginx;

before(async () => {
  portvakt = await Portvakt.start({ redirectUris: [REDIRECT] });
  nginx = new Nginx();
  await nginx.start(portvakt.ready.issuer.replace("localhost", "127.0.0.1"));
});

after(async () => {
  nginx?.stop();
  await portvakt?.stop();
});

/** An authorization request with this state. */
function request(state) {
  const { issuer, client_id } = portvakt.ready;
  return `${issuer}/oauth2/authorize?${new URLSearchParams({
    client_id,
    redirect_uri: REDIRECT,
    response_type: "code",
    scope: "openid profile",
    state,
    nonce: "the-nonce",
    acr_values: BANKID,
  })}`;
}

/** From an authorization request to `stopAt`, through nginx; what it says is part of what went wrong. */
async function through(state, options) {
  const via = { [new URL(portvakt.ready.issuer).host]: nginx.address };
  const ended = await logIn(request(state), { via, ...options });
  assert.equal(ended.html, undefined, `ended at ${ended.url.slice(0, 200)} with ${ended.status}: ${nginx.errors}`);
  return new URL(ended.url);
}

test("a state of 3,500 bytes comes back whole through an nginx with its stock buffers", async () => {
  const state = "s".repeat(3_500);
  const answer = await through(state, { stopAt: REDIRECT });
  assert.equal(answer.searchParams.get("state"), state);
  assert.match(answer.searchParams.get("code"), /^[\w-]{43}$/);
});

test("logins in flight beside a site's own cookies fit the line that nginx takes", async () => {
  const jar = new Jar();
  // Consent, statistics, a session and its twin: what a large site sets for all its hosts.
  const cookies = Array.from({ length: 8 }, (_, at) => `site_${at}=${"c".repeat(500)}`).join("; ");
  const atTheEid = new URL(portvakt.ready.bankid_issuer).origin;
  for (let tab = 0; tab < 6; tab += 1) {
    await through(`tab-${tab}-${"s".repeat(800)}`, { jar, cookies, stopAt: atTheEid });
  }
  const answer = await through("the-last", { jar, cookies, stopAt: REDIRECT });
  assert.equal(answer.searchParams.get("state"), "the-last");
});
