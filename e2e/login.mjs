// Drives a login without a browser: plain HTTP, a cookie jar, and the links and forms of the pages.
// For client libraries, which bring no browser along. Those of other languages run it as a command:
// `node login.mjs START STOP_AT` prints the address at which the login ended.

import { once } from "node:events";
import http from "node:http";
import { text } from "node:stream/consumers";
import { pathToFileURL } from "node:url";

/** The cookies of one browser. */
export class Jar {
  #cookies = [];

  keep(url, headers) {
    for (const line of headers.getSetCookie()) {
      const [pair, ...attributes] = line.split(";").map((it) => it.trim());
      const at = pair.indexOf("=");
      const cookie = { host: url.hostname, path: "/", name: pair.slice(0, at), value: pair.slice(at + 1) };
      let expired = false;
      for (const attribute of attributes) {
        const [name, value = ""] = attribute.split("=");
        if (/^path$/i.test(name)) cookie.path = value;
        if (/^secure$/i.test(name)) cookie.secure = true;
        if (/^max-age$/i.test(name)) expired = Number(value) <= 0;
      }
      const same = (it) => it.name === cookie.name && it.host === cookie.host && it.path === cookie.path;
      this.#cookies = this.#cookies.filter((it) => !same(it));
      if (!expired) this.#cookies.push(cookie);
    }
  }

  header(url) {
    const under = (path) => url.pathname === path || url.pathname.startsWith(path.replace(/\/?$/, "/"));
    return this.#cookies
      .filter((it) => it.host === url.hostname && under(it.path))
      .filter((it) => !it.secure || url.protocol === "https:")
      .map((it) => `${it.name}=${it.value}`)
      .join("; ");
  }
}

const ENTITIES = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };
const decoded = (text) =>
  text.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (all, hex, number, name) => {
    if (name) return ENTITIES[name] ?? all;
    return String.fromCodePoint(hex ? Number.parseInt(hex, 16) : Number(number));
  });

/** The tags of one kind on a page, as objects of their attributes. */
const tags = (html, kind) =>
  [...html.matchAll(new RegExp(`<${kind}((?:\\s[^>]*)?)>`, "g"))].map(([, rest]) =>
    Object.fromEntries(
      [...rest.matchAll(/([^\s=]+)(?:="([^"]*)")?/g)].map(([, name, value = ""]) => [name, decoded(value)]),
    ),
  );

/** Where to go on a page; `undefined` when there is nothing to do: the login has ended here. */
function nextStep(html, choices) {
  const link = tags(html, "a").find((it) => it.id === "continue");
  if (link) return { href: link.href };
  const eids = [...html.matchAll(/<a class="(?:pv-choice|pv-eid-button [^"]*)" href="([^"]*)">([\s\S]*?)<\/a>/g)];
  if (eids.length > 0) {
    const found = eids.find(([, , shown]) => decoded(shown).includes(choices.eid));
    if (!found) throw new Error(`the selector does not offer ${choices.eid}`);
    return { href: decoded(found[1]) };
  }
  const form = tags(html, "form").find((it) => it.method === "post");
  return form && { href: form.action, body: filled(html, choices) };
}

function filled(html, choices) {
  const fields = new URLSearchParams();
  for (const it of tags(html, "input")) if (it.type === "hidden") fields.append(it.name, it.value ?? "");
  const people = tags(html, "input").filter((it) => it.name === "person");
  if (people.length > 0) {
    fields.append("person", choices.person ?? people[0].value);
    fields.append("fault", choices.fault ?? "");
    fields.append("outcome", choices.outcome);
  } else {
    fields.append("decision", choices.decision);
  }
  return fields;
}

/** The same as `fetch`, of which no host can be asked at another's address. */
const askThrough = (proxy) => async (url, { method, body, headers }) => {
  const { hostname, port } = new URL(proxy);
  const form = body && { "content-type": "application/x-www-form-urlencoded" };
  const sent = { ...headers, ...form, host: url.host };
  const request = http.request({ hostname, port, path: url.pathname + url.search, method, headers: sent });
  request.end(body?.toString());
  const [answer] = await once(request, "response");
  const { statusCode: status, headersDistinct } = answer;
  const pairs = Object.entries(headersDistinct).flatMap(([name, values]) => values.map((value) => [name, value]));
  return new Response(await text(answer), { status, headers: pairs });
};

/**
 * Goes through a login from `start` and gives `{ url, status, html }` of where it ends: the first address that
 * starts with `stopAt` (not fetched), or the first page with nothing to do.
 *
 * Choices: `eid` ("BankID", "Vipps"), `person` (an id; the first one otherwise), `outcome`, `fault`,
 * `decision` ("allow", "deny").
 *
 * `jar`: the browser's cookies. `via`: at which address a host is reached, by host (a proxy in front of it).
 * `cookies`: what the browser sends along to those hosts beside ours, as a line.
 */
export async function logIn(start, { stopAt, jar = new Jar(), via = {}, cookies: others, ...given } = {}) {
  const choices = { eid: "BankID", outcome: "approve-device", decision: "allow", ...given };
  let url = new URL(start);
  let body;
  for (let steps = 0; steps < 20; steps += 1) {
    if (stopAt && url.href.startsWith(stopAt)) return { url: url.href };
    const headers = { accept: "text/html" };
    const proxy = via[url.host];
    const cookies = [jar.header(url), proxy && others].filter(Boolean).join("; ");
    if (cookies) headers.cookie = cookies;
    // What a browser says of itself when a form is posted.
    if (body) headers.origin = url.origin;
    const answer = await (proxy ? askThrough(proxy) : fetch)(url, { method: body ? "POST" : "GET", body, headers, redirect: "manual" });
    body = undefined;
    jar.keep(url, answer.headers);
    const html = await answer.text();
    const location = answer.headers.get("location");
    if (location && answer.status >= 300 && answer.status < 400) {
      url = new URL(location, url);
      continue;
    }
    const next = answer.ok ? nextStep(html, choices) : undefined;
    if (!next) return { url: url.href, status: answer.status, html };
    body = next.body;
    url = new URL(next.href, url);
  }
  throw new Error(`the login does not end; it is at ${url}`);
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [start, stopAt] = process.argv.slice(2);
  const ended = await logIn(start, { stopAt, ...JSON.parse(process.env.LOGIN_CHOICES ?? "{}") });
  // A trial ends on a page that says so; its answer is in the terminal.
  if (ended.html !== undefined && !ended.html.includes('id="trial-over"')) throw new Error(`the login ended at ${ended.url}, status ${ended.status}`);
  process.stdout.write(`${ended.url}\n`);
}
