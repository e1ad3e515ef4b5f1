// What others say of documents that were set and sealed here: pyHanko, poppler (pdfsig, with the certificates of NSS) and qpdf.
// Authority, seal and timestamp service (openssl ts) are made during the test; nothing is fetched.

import assert from "node:assert/strict";
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const here = path.dirname(fileURLToPath(import.meta.url));
const { E2E_PYTHON: python, E2E_SPECIMEN: specimen } = process.env;
const EC = ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"];
const RSA = ["-algorithm", "RSA"];

const EXTENSIONS = `
[authority]
basicConstraints=critical,CA:TRUE
keyUsage=critical,keyCertSign,cRLSign
subjectKeyIdentifier=hash
[seal]
basicConstraints=critical,CA:FALSE
keyUsage=critical,digitalSignature,nonRepudiation
subjectKeyIdentifier=hash
authorityKeyIdentifier=keyid
[stamp]
basicConstraints=critical,CA:FALSE
keyUsage=critical,digitalSignature
extendedKeyUsage=critical,timeStamping
authorityKeyIdentifier=keyid
`;

let folder;
const at = (name) => path.join(folder, name);
const openssl = (...words) => execFileSync("openssl", words, { cwd: folder, stdio: "pipe" });

/** A key and its certificate, by `issuer` or by itself. */
function certificate(name, kind, algorithm, issuer) {
  openssl("genpkey", ...algorithm, "-out", `${name}.key`);
  openssl("req", "-new", "-key", `${name}.key`, "-subj", `/C=NO/O=Eple AS/CN=Test ${name}`, "-out", `${name}.csr`);
  const by = issuer ? ["-CA", `${issuer}.pem`, "-CAkey", `${issuer}.key`, "-CAcreateserial"] : ["-signkey", `${name}.key`];
  openssl("x509", "-req", "-in", `${name}.csr`, ...by, "-extfile", "extensions", "-extensions", kind, "-days", "30", "-out", `${name}.pem`);
}

/** The answer of the timestamp service to a request. */
function stamp(query, answer) {
  openssl("ts", "-reply", "-config", "stamp.conf", "-queryfile", query, "-out", answer);
  return at(answer);
}

/** Seals the specimen; `answers` gets the request for a time stamp and gives files with answers. Gives what was said of each. */
async function sealed(name, certificates, key, answers) {
  const now = String(Math.floor(Date.now() / 1000));
  const it = spawn(specimen, [at(name), certificates, key, now], { cwd: folder, stdio: ["pipe", "pipe", "inherit"] });
  const said = [];
  for await (const line of createInterface({ input: it.stdout })) {
    said.push(line);
    if (line.startsWith("order.tsq")) it.stdin.end(answers(`${name}/order.tsq`).map((one) => `${one}\n`).join(""));
  }
  if (it.exitCode === null) await once(it, "exit");
  assert.equal(it.exitCode, 0);
  return said.slice(said.findIndex((line) => line.startsWith("order.tsq")) + 1);
}

const json = (script, ...words) => JSON.parse(execFileSync(python, [path.join(here, script), ...words], { encoding: "utf8" }));
const pyhanko = (...files) => json("validate.py", at("root.pem"), ...files);
const pdfsig = (file) => spawnSync("pdfsig", ["-nssdir", `sql:${at("nss")}`, file], { encoding: "utf8", env: { ...process.env, LC_ALL: "C" } }).stdout;

before(() => {
  assert.ok(specimen && python, "E2E_SPECIMEN and E2E_PYTHON name what is tested, and with what");
  folder = mkdtempSync(path.join(tmpdir(), "portvakt-documents-"));
  writeFileSync(at("extensions"), EXTENSIONS);
  certificate("root", "authority", RSA);
  certificate("issuer", "authority", EC, "root");
  certificate("seal", "seal", EC, "issuer");
  certificate("rsa", "seal", RSA, "root");
  certificate("stamp", "stamp", RSA, "root");
  writeFileSync(at("chain.pem"), readFileSync(at("seal.pem"), "utf8") + readFileSync(at("issuer.pem"), "utf8"));
  writeFileSync(at("stamp.serial"), "01\n");
  writeFileSync(at("stamp.conf"), [
    "[tsa]", "default_tsa = ours", "[ours]", "serial = stamp.serial", "signer_cert = stamp.pem", "signer_key = stamp.key",
    "signer_digest = sha256", "default_policy = 1.2.3.4.1", "digests = sha256", "ess_cert_id_alg = sha256", "",
  ].join("\n"));
  mkdirSync(at("nss"));
  execFileSync("certutil", ["-N", "-d", `sql:${at("nss")}`, "--empty-password"], { stdio: "pipe" });
  execFileSync("certutil", ["-A", "-d", `sql:${at("nss")}`, "-n", "root", "-t", "CT,C,C", "-i", at("root.pem")], { stdio: "pipe" });
});
after(() => folder && rmSync(folder, { recursive: true, force: true }));

const GOOD = { coverage: "ENTIRE_FILE", intact: true, valid: true, trusted: true, bottom_line: true };
const ATTRIBUTES = ["content_type", "message_digest", "signing_certificate_v2"];
const none = () => [];

function isGood(file, certificates, stamp) {
  const [said] = pyhanko(file);
  assert.deepEqual(said, { ...GOOD, attributes: ATTRIBUTES, certificates, stamp });
  const poppler = pdfsig(file);
  for (const wanted of ["Total document signed", "Signature is Valid.", "Certificate is Trusted.", "ETSI.CAdES.detached"]) {
    assert.ok(poppler.includes(wanted), `${wanted}: ${poppler}`);
  }
  execFileSync("qpdf", ["--check", file], { stdio: "pipe" });
}

describe("a sealed document", () => {
  test("is intact, trusted and covered from its first byte to its last, by a seal of either kind of key", async () => {
    await sealed("ec", "chain.pem", "seal.key", none);
    isGood(at("ec/sealed.pdf"), 2, null);
    await sealed("rsa", "rsa.pem", "rsa.key", none);
    isGood(at("rsa/sealed.pdf"), 1, null);
  });

  test("is refused by both once a byte inside the range was changed", () => {
    const file = readFileSync(at("ec/sealed.pdf"));
    const text = file.toString("latin1");
    const places = { "the text": text.indexOf("stream") + 40, "the time": text.lastIndexOf("(D:2") + 6, "the reason": text.indexOf("/Reason") + 12 };
    for (const [what, place] of Object.entries(places)) {
      const changed = Buffer.from(file);
      changed[place] ^= 1;
      writeFileSync(at("changed.pdf"), changed);
      assert.ok(!pdfsig(at("changed.pdf")).includes("Signature is Valid"), what);
      const [said] = pyhanko(at("changed.pdf"));
      assert.deepEqual([said.intact, said.bottom_line], [false, false], what);
    }
  });

  test("is not covered any more once something was appended", () => {
    const file = readFileSync(at("ec/sealed.pdf"));
    writeFileSync(at("longer.pdf"), Buffer.concat([file, Buffer.from("% more\n")]));
    assert.notEqual(pyhanko(at("longer.pdf"))[0].coverage, "ENTIRE_FILE");
    assert.match(pdfsig(at("longer.pdf")), /Not total document signed/);
  });

  test("is intact but not trusted by whoever trusts another authority", () => {
    certificate("other", "authority", EC);
    const [said] = json("validate.py", at("other.pem"), at("ec/sealed.pdf"));
    assert.deepEqual([said.intact, said.valid, said.trusted, said.bottom_line], [true, true, false, false]);
    const unknown = spawnSync("pdfsig", [at("ec/sealed.pdf")], { encoding: "utf8", env: { HOME: at("nobody"), PATH: process.env.PATH, LC_ALL: "C" } });
    assert.ok(unknown.stdout.includes("Signature is Valid") && !unknown.stdout.includes("Certificate is Trusted"), unknown.stdout);
  });

  test("says what PDF/A-3a and PDF/UA-1 ask for, before and after the seal", () => {
    const [before, after] = ["ec/order.pdf", "ec/sealed.pdf"].map((it) => json("structure.py", at(it)));
    assert.deepEqual({ ...after, flags: 0, annotations: [] }, before);
    const { fonts, annotations, ...rest } = after;
    assert.deepEqual(rest, {
      part: "3", conformance: "A", ua: "1", intent: "/GTS_PDFA1", profile: true, language: "nb-NO", marked: true,
      structure: true, title_shown: true, flags: 3, encrypted: false, identifier: 2,
    });
    assert.ok(fonts.length > 1 && fonts.every((it) => it.embedded && it.unicode));
    // Printed and not hidden; without a size, so that no appearance is asked for; in the structure, which the tab key follows.
    assert.deepEqual(annotations, [{ kind: "/Widget", flags: 132, rectangle: [0, 0, 0, 0], tagged: true, tabs: "/S" }]);
  });
});

describe("a time stamp", () => {
  test("of a real service is embedded and believed", async () => {
    const said = await sealed("stamped", "chain.pem", "seal.key", (query) => [stamp(query, "answer.tsr")]);
    assert.match(said.join(), /^stamped.pdf \d+ bytes$/);
    isGood(at("stamped/stamped.pdf"), 2, { intact: true, valid: true, trusted: true });
  });

  test("of something else, for another request, of no service, or changed on its way is refused", async () => {
    const answers = (query) => {
      const digest = readFileSync(at(query)).subarray(24, 56);
      const files = [stamp(query, "good.tsr")];
      openssl("ts", "-query", "-digest", "00".repeat(32), "-sha256", "-cert", "-out", "zero.tsq");
      files.push(stamp("zero.tsq", "zero.tsr"));
      openssl("ts", "-query", "-digest", digest.toString("hex"), "-sha256", "-cert", "-out", "nonce.tsq");
      files.push(stamp("nonce.tsq", "nonce.tsr"));
      openssl("ts", "-query", "-digest", "00".repeat(64), "-sha512", "-out", "unknown.tsq");
      files.push(stamp("unknown.tsq", "unknown.tsr"));
      const changed = readFileSync(at("good.tsr"));
      changed[changed.length - 1] ^= 1;
      writeFileSync(at("changed.tsr"), changed);
      writeFileSync(at("page.tsr"), "<html>");
      return [...files, at("changed.tsr"), at("page.tsr")];
    };
    const said = await sealed("refused", "chain.pem", "seal.key", answers);
    assert.match(said.shift(), /^stamped.pdf/);
    assert.deepEqual(said, [
      "refused: the time stamp is of something else",
      "refused: the time stamp answers another request",
      "refused: the timestamp service refused with status 2",
      "refused: the signature of the time stamp is not valid",
      "refused: the answer of the timestamp service cannot be read",
    ]);
  });
});
