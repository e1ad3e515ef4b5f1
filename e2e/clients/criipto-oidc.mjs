// @criipto/oidc, unmodified: issuer, client id and secret, and nothing else.

import { OpenIDConfigurationManager, buildAuthorizeURL, codeExchange, generatePKCE, parseURLResponse, userInfo } from "@criipto/oidc";
import { logIn } from "../login.mjs";

const { ISSUER, CLIENT_ID, CLIENT_SECRET, REDIRECT_URI, ACR_VALUES, LOGIN_CHOICES } = process.env;
const configuration = await new OpenIDConfigurationManager(ISSUER, CLIENT_ID).fetch();
const pkce = await generatePKCE();
const start = buildAuthorizeURL(configuration, {
  redirect_uri: REDIRECT_URI,
  response_type: "code",
  response_mode: "query",
  acr_values: ACR_VALUES,
  state: "the-state",
  nonce: "the-nonce",
  code_challenge: pkce.code_challenge,
  code_challenge_method: pkce.code_challenge_method,
});

const ended = await logIn(start.href, { stopAt: REDIRECT_URI, ...JSON.parse(LOGIN_CHOICES ?? "{}") });
const answer = parseURLResponse(ended.url);
if (answer.state !== "the-state") throw new Error("another state came back");
const tokens = await codeExchange(configuration, {
  code: answer.code,
  redirect_uri: REDIRECT_URI,
  code_verifier: pkce.code_verifier,
  client_secret: CLIENT_SECRET,
});
if (tokens.error) throw new Error(`${tokens.error}: ${tokens.error_description}`);
const claims = JSON.parse(Buffer.from(tokens.id_token.split(".")[1], "base64url"));
const userinfo = await userInfo(configuration, tokens.access_token);
console.log(JSON.stringify({ claims, userinfo, configuration }));
