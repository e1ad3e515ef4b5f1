// openid-client, unmodified: a pushed request, a refresh, an introspection and a revocation.

import * as client from "openid-client";
import { logIn } from "../login.mjs";

const { ISSUER, CLIENT_ID, CLIENT_SECRET, REDIRECT_URI, ACR_VALUES } = process.env;
// The library's documented switch for plain http.
const options = ISSUER.startsWith("http://") ? { execute: [client.allowInsecureRequests] } : undefined;
const authentication = client.ClientSecretBasic(CLIENT_SECRET);
const config = await client.discovery(new URL(ISSUER), CLIENT_ID, undefined, authentication, options);

const verifier = client.randomPKCECodeVerifier();
const [state, nonce] = [client.randomState(), client.randomNonce()];
const start = await client.buildAuthorizationUrlWithPAR(config, {
  redirect_uri: REDIRECT_URI,
  scope: "openid profile offline_access",
  code_challenge: await client.calculatePKCECodeChallenge(verifier),
  code_challenge_method: "S256",
  acr_values: ACR_VALUES,
  state,
  nonce,
});
const ended = await logIn(start, { stopAt: REDIRECT_URI });
const tokens = await client.authorizationCodeGrant(config, new URL(ended.url), {
  pkceCodeVerifier: verifier,
  expectedState: state,
  expectedNonce: nonce,
  idTokenExpected: true,
});
const refreshed = await client.refreshTokenGrant(config, tokens.refresh_token);
const active = async (token) => (await client.tokenIntrospection(config, token)).active;
const before = await active(refreshed.access_token);
await client.tokenRevocation(config, tokens.refresh_token);
console.log(
  JSON.stringify({
    pushed: start.searchParams.get("request_uri"),
    parameters: [...start.searchParams.keys()].sort(),
    claims: tokens.claims(),
    refreshed: refreshed.claims(),
    before,
    after: await active(refreshed.access_token),
  }),
);
