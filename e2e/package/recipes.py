"""Reads packaging/compose.yaml and packaging/Containerfile as far as that goes without an engine that runs them.

    python3 recipes.py FOLDER

Writes the configuration that the compose file gives to Portvakt into FOLDER/compose.toml, for `portvakt config check`, and
the health check of the image into FOLDER/health.json. Needs PyYAML.
"""

import json, pathlib, re, sys

import yaml

PACKAGING = pathlib.Path(__file__).resolve().parent.parent.parent / "packaging"
INSTRUCTIONS = {"FROM", "COPY", "RUN", "USER", "VOLUME", "EXPOSE", "STOPSIGNAL", "HEALTHCHECK", "ENTRYPOINT", "CMD"}


def check(holds, what):
    if not holds:
        sys.exit(f"package: FAILED: {what}")


def containerfile(text):
    """Every instruction is known, the container does not run as root, and commands are lists."""
    check("UNTRIED" in text, "the Containerfile says that it is untried")
    whole = re.sub(r"\\\n\s*", "", re.sub(r"^#.*\n", "", text, flags=re.MULTILINE))
    found = [line.split(" ", 1) for line in whole.splitlines() if line.strip()]
    unknown = {word for word, _ in found} - INSTRUCTIONS
    check(not unknown, f"the Containerfile has only instructions that exist; not {unknown}")
    check(found[0][0] == "FROM", "the Containerfile begins with FROM")
    said = dict(found)
    check(said["USER"] == "portvakt", "the container does not run as root")
    check(said["COPY"].startswith("portvakt_*.deb "), "the package comes from the context")
    check(json.loads(said["ENTRYPOINT"]) == ["/usr/bin/portvakt"], "the program is the entry point")
    check(json.loads(said["CMD"])[0] == "serve", "it serves")
    return json.loads(said["HEALTHCHECK"].split("CMD ", 1)[1])


def compose(text):
    """Whatever a service names is there; secrets are files; no secret is in the environment or the configuration."""
    check("UNTRIED" in text, "the compose file says that it is untried")
    file = yaml.safe_load(text)
    check(set(file) == {"services", "configs", "secrets", "volumes"}, f"the compose file's parts: {sorted(file)}")
    used = {"secrets": set(), "configs": set(), "volumes": set()}
    for name, service in file["services"].items():
        check("image" in service, f"{name} has an image")
        used["secrets"].update(service.get("secrets", []))
        used["configs"].update(it["source"] for it in service.get("configs", []))
        used["volumes"].update(it.split(":")[0] for it in service.get("volumes", []))
        for variable, value in service.get("environment", {}).items():
            secret = re.search("PASSWORD|SECRET|KEY", variable)
            check(not secret or value.startswith("/run/secrets/"), f"{variable} of {name} names a file")
        named = set(re.findall(r"/run/secrets/([\w.-]+)", json.dumps(service)))
        check(named <= set(service.get("secrets", [])), f"{name} is given the secrets that it names")
        for other, how in service.get("depends_on", {}).items():
            check("healthcheck" in file["services"][other], f"{name} can wait for {other}")
            check(how["condition"] == "service_healthy", f"{name} waits until {other} is healthy")
    for part, names in used.items():
        check(names == set(file[part]), f"{part} of the compose file are those that services use: {names}")
    check(all(set(it) == {"file"} for it in file["secrets"].values()), "every secret is a file")
    configuration = file["configs"]["portvakt"]["content"]
    named = set(re.findall(r'"/run/secrets/([\w.-]+)"', configuration))
    check(named <= set(file["services"]["portvakt"]["secrets"]), "the configuration names secrets that are given")
    build = file["services"]["portvakt"]["build"]
    dockerfile = (PACKAGING / build["context"] / build["dockerfile"]).resolve()
    check(dockerfile == PACKAGING / "Containerfile", f"the image is built from the Containerfile, not {dockerfile}")
    return configuration


def main(folder):
    health = containerfile((PACKAGING / "Containerfile").read_text())
    (folder / "health.json").write_text(json.dumps(health))
    (folder / "compose.toml").write_text(compose((PACKAGING / "compose.yaml").read_text()))
    print("package: the container recipes have the form that they should; no engine has run them")


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
