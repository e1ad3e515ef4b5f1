//! Loops of modules inside a crate.
//!
//! A module uses another when a `use` or a path in its code leads there, and when it calls a method that an `impl` block
//! there defines: on `self`, or on a parameter whose type is written out. What `lib.rs` or `mod.rs` re-exports is followed
//! to where it is defined, so passing through the crate's face hides nothing.

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
    /// Methods that it defines: the name of the type and that of the method.
    methods: BTreeSet<(String, String)>,
    /// Methods that it calls.
    calls: BTreeSet<(String, String)>,
}

type Modules = BTreeMap<Path, Module>;

/// Finds the groups of modules that use each other in a circle; each group as sorted names, `a, b::c`.
pub fn loops(files: &[File]) -> Vec<String> {
    let modules: Modules = files.iter().map(|file| (path_of(&file.path), read(&file.text))).collect();
    let mut arrows: BTreeMap<&Path, BTreeSet<Path>> = BTreeMap::new();
    for (at, module) in &modules {
        let targets = module.uses.iter().filter_map(|path| resolve(&modules, at, path, 0));
        let called = modules.iter().filter(|(_, other)| !other.methods.is_disjoint(&module.calls));
        // A method of that name here is the one that is meant.
        let called = called.filter(|(_, other)| {
            other.methods.intersection(&module.calls).any(|it| !module.methods.contains(it))
        });
        let all = targets.chain(called.map(|(path, _)| path.clone()));
        arrows.insert(at, all.filter(|target| target != at).collect());
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
    read_methods(&tokens, &mut module);
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

/// What a `fn` or `impl` is about, with the depth of braces at which it began.
struct Scope {
    depth: usize,
    /// The type of an `impl` block.
    of: Option<String>,
}

/// Reads which methods `impl` blocks define, and which are called on `self` and on typed parameters.
fn read_methods(tokens: &[&str], module: &mut Module) {
    let (mut depth, mut scopes) = (0_usize, Vec::<Scope>::new());
    let mut types: BTreeMap<String, String> = BTreeMap::new();
    let mut at = 0;
    while let Some(token) = tokens.get(at).copied() {
        let before = at.checked_sub(1).and_then(|it| tokens.get(it)).copied().unwrap_or_default();
        match token {
            "{" => depth += 1,
            "}" => {
                depth = depth.saturating_sub(1);
                scopes.retain(|scope| scope.depth < depth);
            }
            // Not `impl Trait` in a signature.
            "impl" if matches!(before, "" | "}" | ";" | "]" | "unsafe") => {
                let head: Vec<&str> =
                    tokens.iter().skip(at + 1).copied().take_while(|it| *it != "{").collect();
                scopes.push(Scope { depth, of: type_of(&head) });
                at += head.len();
            }
            "fn" => {
                let of = scopes.last().and_then(|it| it.of.clone());
                let name = tokens.get(at + 1).copied().unwrap_or_default().to_owned();
                module.methods.extend(of.clone().map(|of| (of, name)));
                types = parameters(tokens.get(at..).unwrap_or_default());
                types.extend(of.map(|of| ("self".to_owned(), of)));
            }
            _ => {
                let is_call = before != "."
                    && tokens.get(at + 1) == Some(&".")
                    && matches!(tokens.get(at + 3).copied(), Some("(" | "::"));
                if let (true, Some(of), Some(method)) = (is_call, types.get(token), tokens.get(at + 2)) {
                    module.calls.insert((of.clone(), (*method).to_owned()));
                }
            }
        }
        at += 1;
    }
}

/// The type that an `impl` is for: the last name before its generics, after `for` where there is one.
fn type_of(head: &[&str]) -> Option<String> {
    let mut depth = 0_usize;
    let mut name = None;
    for token in head {
        match *token {
            "<" => depth += 1,
            ">" => depth = depth.saturating_sub(1),
            "for" if depth == 0 => name = None,
            "where" if depth == 0 => break,
            word if depth == 0 && word.starts_with(char::is_alphabetic) => name = Some(word.to_owned()),
            _ => {}
        }
    }
    name
}

/// The parameters of a function with the names of their types, as far as these are written out.
fn parameters(tokens: &[&str]) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let Some(open) = tokens.iter().position(|it| *it == "(") else { return found };
    let mut depth = 0_usize;
    let mut at = open;
    while let Some(token) = tokens.get(at).copied() {
        match token {
            "(" => depth += 1,
            ")" => {
                depth -= 1;
                if depth == 0 {
                    break;
                }
            }
            ":" => {
                let mut rest =
                    tokens.iter().skip(at + 1).copied().skip_while(|it| matches!(*it, "&" | "mut"));
                let mut first = rest.next().unwrap_or_default();
                // A lifetime is an apostrophe and its name.
                while first == "'" {
                    rest.next();
                    first = rest.find(|it| *it != "mut").unwrap_or_default();
                }
                let name = at.checked_sub(1).and_then(|it| tokens.get(it)).copied().unwrap_or_default();
                if first.starts_with(char::is_uppercase) {
                    found.insert(name.to_owned(), first.to_owned());
                }
            }
            _ => {}
        }
        at += 1;
    }
    found
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
