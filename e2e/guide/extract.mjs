// Takes the programs out of a page of the guide (integrate.md unless another is named): every code fence with `file=NAME`.
// As a command, `node extract.mjs DIRECTORY [PAGE]` writes them there.

import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

/** Gives the programs by file name, exactly as they stand in the guide. */
export async function programs(page = "integrate.md") {
  const text = await readFile(fileURLToPath(new URL(`../../docs/guide/${page}`, import.meta.url)), "utf8");
  const found = text.matchAll(/^```\w+ file=(\S+)\n([\s\S]*?)^```$/gm);
  return Object.fromEntries([...found].map(([, name, body]) => [name, body]));
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [directory, page] = process.argv.slice(2);
  for (const [name, body] of Object.entries(await programs(page))) {
    const file = path.join(directory, name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, body);
  }
}
