// Takes the programs out of docs/guide/integrate.md: every code fence with `file=NAME`.
// As a command, `node extract.mjs DIRECTORY` writes them there.

import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const GUIDE = new URL("../../docs/guide/integrate.md", import.meta.url);

/** Gives the programs by file name, exactly as they stand in the guide. */
export async function programs() {
  const text = await readFile(fileURLToPath(GUIDE), "utf8");
  const found = text.matchAll(/^```\w+ file=(\S+)\n([\s\S]*?)^```$/gm);
  return Object.fromEntries([...found].map(([, name, body]) => [name, body]));
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const directory = process.argv[2];
  await mkdir(directory, { recursive: true });
  for (const [name, body] of Object.entries(await programs())) {
    await writeFile(path.join(directory, name), body);
  }
}
