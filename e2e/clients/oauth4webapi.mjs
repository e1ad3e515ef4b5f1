// oauth4webapi, unmodified: every step by hand, every check by the library.

import * as oauth from "oauth4webapi";
import { logIn } from "../login.mjs";

const { ISSUER, CLIENT_ID, CLIENT_SECRET, REDIRECT_URI, ACR_VALUES } = process.env;
const issuer = new URL(ISSUER);
const client = { client_id: CLIENT_ID };
const authentication = oauth.ClientSecretBasic(CLIENT_SECRET);
// The library's documented switch for plain http.
const options = { [oauth.allowInsecureRequests]: issuer.protocol === "http:" };

const server = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, options));
const verifier = oauth.generateRandomCodeVerifier();
const [state, nonce] = [oauth.generateRandomState(), oauth.generateRandomNonce()];
const start = new URL(server.authorization_endpoint);
start.search = new URLSearchParams({
  client_id: CLIENT_ID,
  redirect_uri: REDIRECT_URI,
  response_type: "code",
  scope: "openid profile",
  code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
  code_challenge_method: "S256",
  state,
  nonce,
  acr_values: ACR_VALUES,
});

const ended = await logIn(start, { stopAt: REDIRECT_URI });
const answer = oauth.validateAuthResponse(server, client, new URL(ended.url), state);
const response = await oauth.authorizationCodeGrantRequest(
  server, client, authentication, answer, REDIRECT_URI, verifier, options,
);
const tokens = await oauth.processAuthorizationCodeResponse(server, client, response, {
  expectedNonce: nonce,
  requireIdToken: true,
});
await oauth.validateApplicationLevelSignature(server, response, options);
const claims = oauth.getValidatedIdTokenClaims(tokens);
const asked = await oauth.userInfoRequest(server, client, tokens.access_token, options);
const userinfo = await oauth.processUserInfoResponse(server, client, claims.sub, asked);
console.log(JSON.stringify({ claims, userinfo }));
