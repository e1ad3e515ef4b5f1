// What veraPDF says of documents that were set and sealed here: PDF/A-3a and PDF/UA-1. It needs a Java with Maven, and is fetched
// from Maven's registry, so it is part of `./test --long` only.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const here = path.dirname(fileURLToPath(import.meta.url));
const FETCHING = 8 * 60_000;

let folder;
let libraries;
const at = (name) => path.join(folder, name);

before(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "portvakt-verapdf-"));
  const words = ["-q", "-B", "-f", path.join(here, "pom.xml"), "dependency:build-classpath", `-Dmdep.outputFile=${at("libraries")}`];
  await run("mvn", words, { timeout: FETCHING });
  libraries = (await readFile(at("libraries"), "utf8")).trim();
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", at("key.pem")];
  const more = ["-subj", "/O=Eple AS/CN=Seal", "-addext", "keyUsage=critical,digitalSignature", "-days", "2", "-out", at("seal.pem")];
  await run("openssl", ["req", "-x509", ...key, ...more]);
  const specimen = run(process.env.E2E_SPECIMEN, [folder, at("seal.pem"), at("key.pem"), String(Math.floor(Date.now() / 1000) + 1)]);
  specimen.child.stdin.end();
  await specimen;
});
after(() => folder && rm(folder, { recursive: true, force: true }));

/** What is said of each file, line by line. */
async function judged(flavour, ...names) {
  const { stdout } = await run("java", ["-cp", libraries, path.join(here, "Judge.java"), flavour, ...names.map(at)], { maxBuffer: 1 << 26 });
  return stdout.trim().split("\n");
}

const FILES = ["order.pdf", "order-en.pdf", "long.pdf", "sealed.pdf"];

for (const [name, flavour] of [["PDF/A-3a", "3a"], ["PDF/UA-1", "ua1"]]) {
  test(`every document is ${name}, and stays it when it is sealed`, async () => {
    assert.deepEqual(await judged(flavour, ...FILES), FILES.map(() => "true"));
  });
}

test("a seal whose field is not printed is no PDF/A, so the judge looks at it", async () => {
  const file = await readFile(at("sealed.pdf"), "latin1");
  await writeFile(at("changed.pdf"), file.replace("/F 132", "/F 128"), "latin1");
  const [compliant, why] = await judged("3a", "changed.pdf");
  assert.equal(compliant, "false");
  assert.match(why, /6\.3\.2: .*Print flag/);
});
