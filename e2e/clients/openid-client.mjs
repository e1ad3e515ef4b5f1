// openid-client, unmodified: nothing but issuer and credentials.

import * as client from "openid-client";
import { logIn } from "../login.mjs";

const { ISSUER, CLIENT_ID, CLIENT_SECRET, REDIRECT_URI, SCOPE, ACR_VALUES, LOGIN_CHOICES } = process.env;
// The library's documented switch for plain http.
const options = ISSUER.startsWith("http://") ? { execute: [client.allowInsecureRequests] } : undefined;
const authentication = client.ClientSecretBasic(CLIENT_SECRET);
const config = await client.discovery(new URL(ISSUER), CLIENT_ID, undefined, authentication, options);

const verifier = client.randomPKCECodeVerifier();
const [state, nonce] = [client.randomState(), client.randomNonce()];
const parameters = {
  redirect_uri: REDIRECT_URI,
  scope: SCOPE ?? "openid profile",
  code_challenge: await client.calculatePKCECodeChallenge(verifier),
  code_challenge_method: "S256",
  state,
  nonce,
};
if (ACR_VALUES) parameters.acr_values = ACR_VALUES;
const start = client.buildAuthorizationUrl(config, parameters);

const ended = await logIn(start, { stopAt: REDIRECT_URI, ...JSON.parse(LOGIN_CHOICES ?? "{}") });
const tokens = await client.authorizationCodeGrant(config, new URL(ended.url), {
  pkceCodeVerifier: verifier,
  expectedState: state,
  expectedNonce: nonce,
  idTokenExpected: true,
});
const claims = tokens.claims();
const userinfo = await client.fetchUserInfo(config, tokens.access_token, claims.sub);
console.log(JSON.stringify({ claims, userinfo }));
