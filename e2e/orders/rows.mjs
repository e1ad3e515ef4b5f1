// What an installation has in its database while it does not run.

import { spawnSync } from "node:child_process";
import path from "node:path";

const PROGRAM = `
import json, sqlite3, sys
with sqlite3.connect(sys.argv[1]) as database:
    found = database.execute(sys.argv[2], json.loads(sys.argv[3])).fetchall()
print(json.dumps(found))
`;

/** Does a statement on the database in this directory; gives the rows that it finds, each as a list. */
export function rows(directory, statement, ...values) {
  const words = ["-c", PROGRAM, path.join(directory, "portvakt.db"), statement, JSON.stringify(values)];
  const { status, stdout, stderr } = spawnSync(process.env.E2E_PYTHON ?? "python3", words, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${statement}\n${stderr}`);
  return JSON.parse(stdout);
}
