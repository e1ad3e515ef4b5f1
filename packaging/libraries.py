#!/usr/bin/env python3
"""Prints which libraries of others the program `portvakt` contains, and the texts of their licences.

Reads what `cargo metadata --locked` says, from standard input; the second source is the style sheets of crates/pages/ui.
"""

import hashlib, json, pathlib, sys

LICENCE_FILES = ("LICENSE*", "LICENCE*", "COPYING*", "COPYRIGHT*", "NOTICE*", "UNLICENSE*")


def crates(metadata):
    """The packages that the binary is linked from: those that `cli` reaches without build and test dependencies."""
    packages = {it["id"]: it for it in metadata["packages"]}
    edges = {it["id"]: it["deps"] for it in metadata["resolve"]["nodes"]}
    wanted = [it["id"] for it in metadata["packages"] if it["name"] == "cli" and it["source"] is None]
    seen = set()
    while wanted:
        one = wanted.pop()
        if one in seen:
            continue
        seen.add(one)
        wanted += [dep["pkg"] for dep in edges[one] if any(kind["kind"] is None for kind in dep["dep_kinds"])]
    for one in sorted((packages[it] for it in seen), key=lambda it: (it["name"], it["version"])):
        if one["source"] is not None:
            yield one["name"], one["version"], one["license"] or one["license_file"], one["manifest_path"]


def style_sheets(ui):
    for name in sorted(json.loads((ui / "package.json").read_text()).get("dependencies", {})):
        manifest = ui / "node_modules" / name / "package.json"
        package = json.loads(manifest.read_text())
        yield name, package["version"], package["license"], str(manifest)


def texts(manifest):
    folder = pathlib.Path(manifest).parent
    found = {path for pattern in LICENCE_FILES for path in folder.glob(pattern) if path.is_file()}
    return [path.read_text(errors="replace").strip() for path in sorted(found)]


def main(ui):
    everything = [*crates(json.load(sys.stdin)), *style_sheets(pathlib.Path(ui))]
    numbers, kept = {}, []
    print("The libraries of others that this program contains.\n")
    for name, version, licence, manifest in everything:
        of_this = []
        for text in texts(manifest):
            digest = hashlib.sha256(" ".join(text.split()).encode()).digest()
            if digest not in numbers:
                kept.append(text)
                numbers[digest] = len(kept)
            of_this.append(numbers[digest])
        where = ", ".join(f"text {it}" for it in of_this) or "no text of its own"
        print(f"{name} {version}: {licence} ({where})")
    for number, text in enumerate(kept, 1):
        print(f"\n\n{'-' * 30} text {number} {'-' * 30}\n\n{text}")


if __name__ == "__main__":
    main(sys.argv[1])
