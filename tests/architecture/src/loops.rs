//! Loops of modules inside a crate.
//!
//! A module uses another when a `use` or a path in its code leads there. What `lib.rs` or `mod.rs` re-exports is
//! followed to where it is defined, so passing through the crate's face hides nothing.

use std::collections::{BTreeMap, BTreeSet};

use crate::source::{File, take_apart};

/// A module's path from the crate's root; the root itself is empty.
type Path = Vec<String>;

#[derive(Debug, Default)]
struct Module {
    /// Paths that its code goes along.
    uses: Vec<Path>,
    /// What it re-exports: a name, and the path to it.
    faces: BTreeMap<String, Path>,
}

type Modules = BTreeMap<Path, Module>;

/// Finds the groups of modules that use each other in a circle; each group as sorted names, `a, b::c`.
pub fn loops(files: &[File]) -> Vec<String> {
    let modules: Modules = files.iter().map(|file| (path_of(&file.path), read(&file.text))).collect();
    let mut arrows: BTreeMap<&Path, BTreeSet<Path>> = BTreeMap::new();
    for (at, module) in &modules {
        let targets = module.uses.iter().filter_map(|path| resolve(&modules, at, path, 0));
        arrows.insert(at, targets.filter(|target| target != at).collect());
    }
    let mut groups = BTreeSet::new();
    for at in modules.keys() {
        let round: Vec<String> = modules
            .keys()
            .filter(|other| reaches(&arrows, at, other) && reaches(&arrows, other, at))
            .map(name)
            .collect();
        if !round.is_empty() {
            groups.insert(round.join(", "));
        }
    }
    groups.into_iter().collect()
}

fn name(path: &Path) -> String {
    if path.is_empty() { "lib.rs".to_owned() } else { path.join("::") }
}

fn reaches(arrows: &BTreeMap<&Path, BTreeSet<Path>>, from: &Path, to: &Path) -> bool {
    let mut seen = BTreeSet::new();
    let mut next = vec![from.clone()];
    while let Some(at) = next.pop() {
        for target in arrows.get(&at).into_iter().flatten() {
            if target == to {
                return true;
            }
            if seen.insert(target.clone()) {
                next.push(target.clone());
            }
        }
    }
    false
}

fn path_of(file: &str) -> Path {
    let mut path: Path = file.trim_end_matches(".rs").split('/').map(str::to_owned).collect();
    if path.last().is_some_and(|last| matches!(last.as_str(), "mod" | "lib" | "main")) {
        path.pop();
    }
    path
}

/// Follows a path from a module to the module where it ends; `None` when it leads out of the crate.
fn resolve(modules: &Modules, from: &Path, path: &[String], depth: usize) -> Option<Path> {
    let mut segments = path.iter().map(String::as_str).peekable();
    let mut at = match *segments.peek()? {
        "crate" => {
            segments.next();
            Path::new()
        }
        "self" => {
            segments.next();
            from.clone()
        }
        "super" => {
            let mut up = from.clone();
            while segments.next_if_eq(&"super").is_some() {
                up.pop();
            }
            up
        }
        first if modules.contains_key(&child(from, first)) => from.clone(),
        _ => return None,
    };
    for segment in segments {
        let below = child(&at, segment);
        if modules.contains_key(&below) {
            at = below;
        } else {
            let face = modules.get(&at).and_then(|module| module.faces.get(segment));
            // A re-export that leads round in circles is not Rust; the bound only keeps us from hanging.
            return face
                .filter(|_| depth < 10)
                .and_then(|face| resolve(modules, &at, face, depth + 1))
                .or(Some(at));
        }
    }
    Some(at)
}

fn child(path: &Path, name: &str) -> Path {
    path.iter().cloned().chain([name.to_owned()]).collect()
}

/// Words and punctuation; `::` is one token.
fn tokens(code: &str) -> Vec<&str> {
    let mut tokens = Vec::new();
    let mut rest = code.trim_start();
    while let Some(first) = rest.chars().next() {
        let end = if first.is_alphanumeric() || first == '_' {
            rest.find(|it: char| !(it.is_alphanumeric() || it == '_')).unwrap_or(rest.len())
        } else if rest.starts_with("::") {
            2
        } else {
            first.len_utf8()
        };
        let (token, after) = rest.split_at(end);
        tokens.push(token);
        rest = after.trim_start();
    }
    tokens
}

fn read(text: &str) -> Module {
    let (code, _) = take_apart(text);
    let tokens = tokens(&code);
    let mut module = Module::default();
    let mut at = 0;
    while let Some(token) = tokens.get(at).copied() {
        match token {
            "use" => {
                let end = tokens.iter().skip(at).position(|it| *it == ";").map_or(tokens.len(), |it| at + it);
                let tree = tokens.get(at + 1..end).unwrap_or_default();
                let mut leaves = Vec::new();
                branch(&mut tree.iter().copied().peekable(), &Path::new(), &mut leaves);
                if is_public(tokens.get(..at).unwrap_or_default()) {
                    module.faces.extend(leaves);
                } else {
                    module.uses.extend(leaves.into_iter().map(|(_, path)| path));
                }
                at = end;
            }
            "crate" | "super" if tokens.get(at + 1) == Some(&"::") => {
                let mut path = vec![token.to_owned()];
                while tokens.get(at + 1) == Some(&"::")
                    && let Some(segment) = tokens.get(at + 2)
                {
                    path.push((*segment).to_owned());
                    at += 2;
                }
                module.uses.push(path);
                at += 1;
            }
            _ => at += 1,
        }
    }
    module
}

/// Says whether what comes next is public to anybody: `pub`, `pub(crate)` …
fn is_public(before: &[&str]) -> bool {
    match before {
        [.., "pub"] => true,
        [.., ")"] => before.iter().rev().take(6).any(|it| *it == "pub"),
        _ => false,
    }
}

/// Reads one branch of a use tree, `a::{b, c as d, e::*}`, into its leaves: the name it has here, and its path.
fn branch<'a>(
    tokens: &mut std::iter::Peekable<impl Iterator<Item = &'a str>>,
    stem: &Path,
    leaves: &mut Vec<(String, Path)>,
) {
    let mut path = stem.clone();
    let mut name = String::new();
    while let Some(token) = tokens.next() {
        match token {
            "::" => {}
            "{" => {
                while tokens.peek().is_some_and(|it| *it != "}") {
                    branch(tokens, &path, leaves);
                }
                tokens.next();
                tokens.next_if_eq(&",");
                return;
            }
            "as" => name = tokens.next().unwrap_or_default().to_owned(),
            "," => break,
            "self" if !path.is_empty() => {}
            segment => path.push(segment.to_owned()),
        }
        if tokens.peek() == Some(&"}") {
            break;
        }
    }
    if name.is_empty() {
        name = path.last().cloned().unwrap_or_default();
    }
    leaves.push((name, path));
}
