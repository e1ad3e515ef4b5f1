# Every command there is. `./dev` and `./test` install what these need and then call them.

# where cargo puts what it builds
target := env("CARGO_TARGET_DIR", justfile_directory() / "target")
# our own Python environment, with the tools that ./test installed
export PATH := target / "venv/node:" + target / "venv/bin:" + env("PATH")

# list the targets
default:
    @just --list --unsorted

# build and run with simulated eIDs; arguments go to `portvakt dev`
dev *arguments:
    ./dev {{arguments}}

# fetch the style sheets that the pages are built from
assets:
    scripts/setup.sh assets

# say what this machine has and lacks
doctor:
    scripts/setup.sh doctor

# bring the code into shape
fmt:
    cargo fmt --all

# everything that can be said without running the product
check: check-format check-lints check-doc-links check-dependencies check-spelling check-architecture check-docs

[private]
check-format:
    cargo fmt --all --check

[private]
check-lints:
    cargo clippy --workspace --all-targets --locked --quiet -- -D warnings

[private]
check-doc-links:
    cargo doc --workspace --no-deps --document-private-items --locked --quiet

[private]
check-dependencies:
    cargo deny --locked check --hide-inclusion-graph licenses bans sources

[private]
check-spelling:
    typos

[private]
check-architecture:
    cargo test --package architecture --locked --quiet

[private]
check-docs:
    scripts/specs --check
    cargo test --package texts --locked --quiet reference
    cargo test --package model --locked --quiet reference

# known vulnerabilities in what we depend on; needs the RustSec database from the network
advisories:
    cargo deny --locked check advisories

# every Rust test, without any service
test *arguments:
    cargo test --workspace --locked {{arguments}}

# what is kept and what flows through it, on a throw-away PostgreSQL; the whole workspace, so that nothing is built twice
test-postgres:
    e2e/with-postgres cargo test --workspace --test '*' --locked

# a browser and client libraries of several languages against the built binary
test-outside *parts:
    cargo build --package cli --locked
    E2E_PYTHON="${E2E_PYTHON:-{{target}}/venv/bin/python}" e2e/run {{target}}/debug/portvakt {{parts}}

# the guide's recipes for other frameworks, built with what the registries have; part of `./test --long`
test-recipes:
    cargo build --package cli --locked
    E2E_PYTHON="${E2E_PYTHON:-{{target}}/venv/bin/python}" e2e/run {{target}}/debug/portvakt recipes

# what veraPDF says of documents, from Maven's registry; part of `./test --long`
test-verapdf:
    cargo build --package cli --locked
    E2E_PYTHON="${E2E_PYTHON:-{{target}}/venv/bin/python}" e2e/run {{target}}/debug/portvakt verapdf

# an installation under load: rotations, a new certificate, a backup, a restart; then the backup restored elsewhere
test-load *arguments:
    cargo build --release --package cli --locked
    cargo build --package load --locked
    {{target}}/debug/load {{target}}/release/portvakt {{arguments}}

# the same, shorter, with two nodes on a throw-away PostgreSQL
test-load-postgres:
    cargo build --release --package cli --locked
    cargo build --package load --locked
    e2e/with-postgres sh -c '"$1" "$2" --seconds 40 --rate 20 --nodes 2 --postgres "$PORTVAKT_TEST_POSTGRES"' sh {{target}}/debug/load {{target}}/release/portvakt

# the Debian package of this clone, in target/deb
deb:
    @packaging/deb

# the package, made twice the same, and installed into a disposable Debian, where the operator's guide is run as printed;
# needs root
test-package:
    packaging/deb
    sha256sum {{target}}/deb/portvakt_*.deb > {{target}}/deb/made
    packaging/deb
    sha256sum --check --quiet {{target}}/deb/made
    E2E_PYTHON="${E2E_PYTHON:-{{target}}/venv/bin/python}" e2e/package/run {{target}}/deb/portvakt_*.deb {{target}}/package

# the pictures of README and guide, anew
pictures:
    cargo build --package cli --locked
    cargo run --quiet --locked --package pages --example gallery -- {{target}}/gallery
    E2E_GALLERY={{target}}/gallery PORTVAKT_BIN={{target}}/debug/portvakt node e2e/pictures.mjs

# forget the database, keys and people of `./dev`
fresh:
    rm -rf .portvakt

# write the documents that are made from the code
docs:
    scripts/specs
    PORTVAKT_WRITE_DOCS=1 cargo test --quiet --locked --package store --test store schema
    cargo run --package cli --locked --quiet -- config reference > docs/reference/configuration.md.new
    mv docs/reference/configuration.md.new docs/reference/configuration.md
    PORTVAKT_WRITE_DOCS=1 cargo test --package texts --locked --quiet reference
    PORTVAKT_WRITE_DOCS=1 cargo test --package model --locked --quiet reference
    PORTVAKT_WRITE_DOCS=1 cargo test --package cli --locked --quiet help_of_dev
