//! Which crate may use which.

use crate::workspace::{Crate, Kind};

/// A crate's place in the house.
#[derive(Debug, Clone, Copy)]
pub struct Room {
    /// The crate.
    pub name: &'static str,
    /// 1 is the ground.
    pub floor: u8,
    /// The crates that it may use.
    pub may_use: &'static [&'static str],
}

const fn room(floor: u8, name: &'static str, may_use: &'static [&'static str]) -> Room {
    Room { name, floor, may_use }
}

/// The plan, from the ground up. A new arrow needs a decision record under `docs/adr`.
pub const PLAN: &[Room] = &[
    room(1, "crypto", &[]),
    room(1, "outbound", &[]),
    // Certificates that somebody brings are judged by what the listener uses (ADR 46).
    room(1, "certificates", &[]),
    room(1, "child", &[]),
    // What somebody uploads is read by a child (ADR 39).
    room(2, "images", &["child"]),
    // Seals what it has set (ADR 48); what somebody uploads is read by a child.
    room(2, "documents", &["crypto", "child"]),
    room(2, "oidc", &["crypto"]),
    room(2, "texts", &[]),
    // Shares no code with `eid`, `registry` and `oidc`: a simulator that reused them would share their mistakes.
    room(2, "sandbox", &["crypto"]),
    // What is wrong with what somebody entered is said in the words of the catalogue.
    room(3, "model", &["crypto", "oidc", "texts"]),
    room(4, "store", &["crypto", "model"]),
    room(4, "eid", &["model", "oidc", "crypto", "outbound"]),
    // Facts about companies; knows no eID (ADR 45).
    room(4, "registry", &["model", "outbound"]),
    room(4, "pages", &["texts"]),
    room(5, "authority", &["store", "model", "crypto"]),
    room(6, "changes", &["authority", "store", "eid", "model", "texts", "crypto"]),
    // Letters are written with their reason, so whoever changes something may use it.
    // Text messages go to a gateway over HTTP (ADR 50).
    room(6, "messages", &["authority", "store", "model", "texts", "crypto", "outbound"]),
    room(7, "provider", &["authority", "store", "eid", "model", "oidc", "crypto", "texts"]),
    // Imports and declarations bring logos, which a process of its own decodes (ADR 39).
    room(
        7,
        "console",
        &[
            "changes",
            "messages",
            "authority",
            "store",
            "eid",
            "model",
            "texts",
            "crypto",
            "images",
            "certificates",
        ],
    ),
    // The order desk: its documents, its letters, the registry of companies, and credentials in the shape that `eid` reads
    // (ADR 49).
    room(
        7,
        "ordering",
        &[
            "changes",
            "messages",
            "authority",
            "registry",
            "documents",
            "eid",
            "store",
            "model",
            "texts",
            "crypto",
        ],
    ),
    // A relying party like any other: sees nothing of ours but the wire.
    room(7, "sample", &["outbound", "crypto"]),
    // Pages of the console call its use cases (ADR 44).
    room(
        8,
        "web",
        &[
            "console",
            "documents",
            "ordering",
            "provider",
            "sample",
            "sandbox",
            "pages",
            "texts",
            "model",
            "oidc",
            "crypto",
        ],
    ),
    room(
        9,
        "cli",
        &[
            "web",
            "provider",
            "console",
            "ordering",
            "registry",
            "messages",
            "authority",
            "sample",
            "store",
            "eid",
            "model",
            "texts",
            "sandbox",
            "crypto",
            "outbound",
            "images",
            "documents",
            "certificates",
        ],
    ),
];

fn find<'a>(plan: &'a [Room], name: &str) -> Option<&'a Room> {
    plan.iter().find(|room| room.name == name)
}

/// Finds where the plan contradicts itself: an arrow that does not go down.
pub fn faults_of_plan(plan: &[Room]) -> Vec<String> {
    let mut faults = Vec::new();
    for room in plan {
        for used in room.may_use {
            match find(plan, used) {
                None => faults.push(format!("the plan has no room `{used}`, which `{}` uses", room.name)),
                Some(other) if other.floor >= room.floor => faults.push(format!(
                    "`{}` (floor {}) may not use `{used}` (floor {}): arrows go down",
                    room.name, room.floor, other.floor
                )),
                Some(_) => {}
            }
        }
    }
    faults
}

/// Finds crates that are not in the plan, and arrows that the plan does not have.
///
/// A test of a crate may use anything below it, except that the sandbox's tests, like the sandbox, stay alone.
pub fn violations(plan: &[Room], crates: &[Crate]) -> Vec<String> {
    let mut found = Vec::new();
    for room in plan {
        if !crates.iter().any(|it| it.name == room.name) {
            found.push(format!("the plan has a room `{}` that does not exist", room.name));
        }
    }
    for it in crates {
        let Some(room) = find(plan, &it.name) else {
            found.push(format!("`{}` has no place in the plan", it.name));
            continue;
        };
        for dependency in &it.dependencies {
            let Some(used) = find(plan, &dependency.name) else { continue };
            let for_tests =
                dependency.kind == Kind::Test && room.name != "sandbox" && used.floor < room.floor;
            if !for_tests && !room.may_use.contains(&used.name) {
                found.push(format!("`{}` may not use `{}`", room.name, used.name));
            }
        }
    }
    found
}

/// Finds arrows that the plan permits and no crate uses.
pub fn unused(plan: &[Room], crates: &[Crate]) -> Vec<String> {
    let mut found = Vec::new();
    for room in plan {
        let Some(it) = crates.iter().find(|it| it.name == room.name) else { continue };
        let names = |used: &str| it.dependencies.iter().any(|it| it.name == used && it.kind == Kind::Product);
        found.extend(
            room.may_use.iter().filter(|used| !names(used)).map(|used| format!("{} -> {used}", room.name)),
        );
    }
    found
}
