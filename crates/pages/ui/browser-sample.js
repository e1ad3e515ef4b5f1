// A public client in one file: authorization code with PKCE, nothing kept beyond this tab.
// Settings come from data-* attributes and every sentence is already in the page.

const root = document.getElementById("browser-sample");
const { issuer, clientId, redirectUri, scope } = root.dataset;
const part = (name) => root.querySelector(`[data-part="${name}"]`);

const base64url = (bytes) =>
  btoa(String.fromCharCode(...new Uint8Array(bytes)))
    .replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const random = () => base64url(crypto.getRandomValues(new Uint8Array(32)));
const digest = async (text) =>
  base64url(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));

function opened(compact) {
  const bytes = (text) =>
    Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
  const json = (text) => JSON.parse(new TextDecoder().decode(bytes(text)));
  const [header, claims] = compact.split(".");
  return { header: json(header), claims: json(claims) };
}

async function fetched(address, options) {
  const answer = await fetch(address, { referrerPolicy: "no-referrer", ...options });
  const body = await answer.json();
  if (!answer.ok) throw new Refused(body.error ?? `HTTP ${answer.status}`, body.error_description);
  return body;
}

class Refused extends Error {
  constructor(code, description = "") {
    super(description);
    this.code = code;
  }
}

async function discovered() {
  const found = await fetched(`${issuer}/.well-known/openid-configuration`);
  if (found.issuer !== issuer) throw new Refused("issuer_mismatch", found.issuer);
  return found;
}

// 1. Away to the issuer, with a fresh state, nonce and verifier.
async function start(acr) {
  const { authorization_endpoint } = await discovered();
  const login = { state: random(), nonce: random(), verifier: random() };
  sessionStorage.setItem("login", JSON.stringify(login));
  const query = new URLSearchParams({
    client_id: clientId, redirect_uri: redirectUri, response_type: "code", scope,
    state: login.state, nonce: login.nonce,
    code_challenge: await digest(login.verifier), code_challenge_method: "S256",
  });
  if (acr) query.set("acr_values", acr);
  location.assign(`${authorization_endpoint}?${query}`);
}

// 2. Back with a code: the login is spent, the answer checked, the code exchanged.
async function finish(answer) {
  const login = JSON.parse(sessionStorage.getItem("login") ?? "{}");
  sessionStorage.removeItem("login");
  history.replaceState(null, "", location.pathname);
  if (!login.state || answer.get("state") !== login.state) throw new Refused("state_mismatch");
  if (answer.has("iss") && answer.get("iss") !== issuer) throw new Refused("issuer_mismatch");
  if (answer.has("error")) throw new Refused(answer.get("error"), answer.get("error_description") ?? "");
  const { token_endpoint, userinfo_endpoint } = await discovered();
  const tokens = await fetched(token_endpoint, {
    method: "POST",
    body: new URLSearchParams({
      grant_type: "authorization_code", code: answer.get("code"), client_id: clientId,
      redirect_uri: redirectUri, code_verifier: login.verifier,
    }),
  });
  // The token came straight from the issuer; TLS stands in for the signature (OIDC Core §3.1.3.7).
  const { header, claims } = opened(tokens.id_token);
  if (claims.iss !== issuer) throw new Refused("issuer_mismatch");
  if (![claims.aud].flat().includes(clientId)) throw new Refused("audience_mismatch");
  if (claims.nonce !== login.nonce) throw new Refused("nonce_mismatch");
  if (claims.exp * 1000 < Date.now()) throw new Refused("token_expired");
  const userinfo = await fetched(userinfo_endpoint, {
    headers: { authorization: `Bearer ${tokens.access_token}` },
  });
  show(header, claims, userinfo);
}

// 3. The same table as on the server's page.
function show(header, claims, userinfo) {
  part("who").textContent = claims.name ?? claims.sub;
  for (const [name, value] of Object.entries(claims)) {
    const row = part("claims").insertRow();
    const title = document.createElement("th");
    title.scope = "row";
    title.append(Object.assign(document.createElement("code"), { textContent: name }));
    row.append(title);
    row.insertCell().textContent = typeof value === "string" ? value : JSON.stringify(value);
  }
  part("header").textContent = JSON.stringify(header, null, 2);
  part("json").textContent = JSON.stringify(claims, null, 2);
  part("userinfo").textContent = JSON.stringify(userinfo, null, 2);
  turnTo("result");
}

function fail(error) {
  part("error").textContent = error.code ?? error.name;
  part("description").textContent = error.message || "–";
  turnTo("failure");
}

function turnTo(name) {
  for (const view of root.querySelectorAll("[data-view]")) view.hidden = view.dataset.view !== name;
  root.querySelector(`[data-view="${name}"] h2`)?.focus();
}

for (const button of root.querySelectorAll("button[data-acr]")) {
  button.addEventListener("click", () => start(button.dataset.acr).catch(fail));
}
const answer = new URLSearchParams(location.search);
if (answer.has("code") || answer.has("error")) finish(answer).catch(fail);
