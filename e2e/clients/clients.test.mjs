// Unmodified client libraries log in with nothing but issuer and credentials, over http and over https.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { exportJWK, exportPKCS8, generateKeyPair } from "jose";

import { Portvakt, freePorts } from "../portvakt.mjs";
import { outsideABrowser } from "./idura.mjs";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const HIGH = "urn:grn:authn:no:bankid:high";
const REDIRECT_URI = "http://localhost:3999/callback";

const clients = {
  "openid-client": ["node", here("openid-client.mjs")],
  oauth4webapi: ["node", here("oauth4webapi.mjs")],
  Authlib: [process.env.E2E_PYTHON ?? "python3", here("authlib_client.py")],
  openidconnect: [process.env.E2E_RUST_CLIENT ?? here("../rust-client/target/debug/log-in")],
};

/** Runs a client program to its end and gives what it printed. */
async function run([program, ...args], environment, caFile) {
  const trust = caFile && {
    NODE_EXTRA_CA_CERTS: caFile,
    REQUESTS_CA_BUNDLE: caFile,
    CA_FILE: caFile,
  };
  const env = {
    PATH: process.env.PATH,
    HOME: process.env.HOME,
    LOGIN: here("../login.mjs"),
    REDIRECT_URI,
    ...environment,
    ...trust,
  };
  const { stdout } = await promisify(execFile)(program, args, { env, timeout: 60_000 });
  return JSON.parse(stdout);
}

/** Those that push their requests and renew their tokens. */
const thorough = {
  "openid-client": ["node", here("openid-client-par.mjs")],
  Authlib: [process.env.E2E_PYTHON ?? "python3", here("authlib_par.py")],
};

for (const https of [false, true]) {
  describe(https ? "over https" : "over http", () => {
    let portvakt;
    before(async () => {
      portvakt = await Portvakt.start({ https, redirectUris: [REDIRECT_URI] });
    });
    after(() => portvakt.stop());

    for (const [name, command] of Object.entries(clients)) {
      test(`${name} logs Kari in with BankID at level high`, async () => {
        const { issuer, client_id, client_secret, ca_file, people } = portvakt.ready;
        const environment = {
          ISSUER: issuer,
          CLIENT_ID: client_id,
          CLIENT_SECRET: client_secret,
          ACR_VALUES: HIGH,
        };
        const { claims, userinfo } = await run(command, environment, ca_file);
        assert.equal(claims.iss, issuer);
        assert.equal(claims.aud, client_id);
        assert.equal(claims.acr, HIGH);
        assert.equal(claims.name, people[0].name);
        assert.equal(claims.birthdate, people[0].birth_date);
        assert.match(claims.sub, /^[\w-]{43}$/);
        assert.equal(userinfo.sub, claims.sub);
        assert.equal(userinfo.name, people[0].name);
      });
    }

    test("Authlib's own private_key_jwt, with assertions of an hour, logs Kari in", async () => {
      const { issuer, ca_file, people } = portvakt.ready;
      const { publicKey, privateKey } = await generateKeyPair("RS256", { extractable: true });
      const jwk = { ...(await exportJWK(publicKey)), use: "sig", alg: "RS256" };
      await portvakt.told("applications", "create", "--domain", new URL(issuer).host, "--client-id", "urn:by-key",
        "--name", "By key", "--redirect-uri", REDIRECT_URI, "--set", "authentication=private_key_jwt", "--set",
        `jwks=${JSON.stringify({ keys: [jwk] })}`);
      const environment = {
        ISSUER: issuer,
        CLIENT_ID: "urn:by-key",
        PRIVATE_KEY: await exportPKCS8(privateKey),
        ACR_VALUES: HIGH,
      };
      const { claims, userinfo } = await run(clients.Authlib, environment, ca_file);
      assert.equal(claims.aud, "urn:by-key");
      assert.equal(userinfo.name, people[0].name);
    });

    for (const [name, command] of Object.entries(thorough)) {
      test(`${name} pushes its request, refreshes its tokens and gives them back`, async () => {
        const { issuer, ca_file } = portvakt.ready;
        const client_id = `urn:thorough:${name}`;
        const made = await portvakt.told("applications", "create", "--domain", new URL(issuer).host, "--client-id",
          client_id, "--name", "Thorough", "--redirect-uri", REDIRECT_URI, "--set", "refresh_tokens=true", "--set",
          "require_par=true");
        const environment = {
          ISSUER: issuer,
          CLIENT_ID: client_id,
          CLIENT_SECRET: made.client_secret,
          ACR_VALUES: HIGH,
        };
        const seen = await run(command, environment, ca_file);
        assert.match(seen.pushed, /^urn:ietf:params:oauth:request_uri:[\w-]{43}$/);
        assert.deepEqual(seen.parameters, ["client_id", "request_uri"]);
        for (const claim of ["iss", "sub", "aud", "auth_time"]) assert.equal(seen.refreshed[claim], seen.claims[claim]);
        assert.deepEqual([seen.before, seen.after], [true, false]);
      });
    }

    if (https) {
      test("a synthetic person is somebody else on the production domain", async () => {
        const { issuer, production_issuer, client_id, client_secret, redirect_uri, ca_file } = portvakt.ready;
        const subjects = [];
        for (const ISSUER of [issuer, production_issuer]) {
          const environment = {
            ISSUER,
            CLIENT_ID: client_id,
            CLIENT_SECRET: client_secret,
            REDIRECT_URI: redirect_uri,
            ACR_VALUES: HIGH,
          };
          const { claims } = await run(clients["openid-client"], environment, ca_file);
          assert.equal(claims.iss, ISSUER);
          subjects.push(claims.sub);
        }
        assert.notEqual(subjects[0], subjects[1]);
      });
    }

    for (const [eid, scope] of [["bankid", "openid profile"], ["vipps", "openid name birthDate"]]) {
      test(`openid-client logs Kari in at the simulated ${eid} directly`, async () => {
        const { simulator_client: registered, ca_file, people } = portvakt.ready;
        const outcome = eid === "vipps" ? "approve" : "approve-app";
        const environment = {
          ISSUER: portvakt.ready[`${eid}_issuer`],
          CLIENT_ID: registered.client_id,
          CLIENT_SECRET: registered.client_secret,
          REDIRECT_URI: registered.redirect_uri,
          SCOPE: scope,
          LOGIN_CHOICES: JSON.stringify({ outcome }),
        };
        const { claims, userinfo } = await run(clients["openid-client"], environment, ca_file);
        assert.equal(claims.iss, environment.ISSUER);
        assert.equal(userinfo.sub, claims.sub);
        assert.equal({ ...claims, ...userinfo }.name, people[0].name);
      });
    }
  });
}

test("a second start knows the same application and the same person", async () => {
  const directory = await mkdtemp(path.join(tmpdir(), "portvakt-e2e-"));
  const port = await freePorts(4);
  const seen = [];
  for (const signal of ["SIGTERM", "SIGINT"]) {
    const portvakt = await Portvakt.start({ directory, port });
    const { issuer, client_id, client_secret, redirect_uri } = portvakt.ready;
    const environment = {
      ISSUER: issuer,
      CLIENT_ID: client_id,
      CLIENT_SECRET: client_secret,
      REDIRECT_URI: redirect_uri,
      ACR_VALUES: HIGH,
    };
    const { claims } = await run(clients["openid-client"], environment);
    seen.push({ client_secret, sub: claims.sub });
    await portvakt.stop(signal);
  }
  await rm(directory, { recursive: true });
  assert.deepEqual(seen[0], seen[1]);
});

test("an interrupt right after the start ends it in order", async () => {
  for (let starts = 0; starts < 8; starts += 1) {
    const portvakt = await Portvakt.start();
    await portvakt.stop();
  }
});

outsideABrowser(run, ["node", here("criipto-oidc.mjs")]);
