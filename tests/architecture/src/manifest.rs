//! The reasons in the workspace's manifest, and what each crate takes from it.

use crate::workspace::Crate;

/// Finds dependencies of the workspace without a comment right above them. Our own crates need none.
pub fn without_reason(root_manifest: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut before = "";
    let mut inside = false;
    for line in root_manifest.lines().map(str::trim) {
        if line.starts_with('[') {
            inside = line == "[workspace.dependencies]";
        } else if inside
            && let Some((name, what)) = line.split_once('=')
            && !line.starts_with('#')
            && !what.contains("path =")
            && !is_reason(before)
        {
            found.push(format!("`{}` has no reason above it", name.trim()));
        }
        before = line;
    }
    found
}

fn is_reason(line: &str) -> bool {
    line.starts_with("# ") && !line.starts_with("# --")
}

/// Finds crates that leave the workspace's lints, or that choose the version of a library themselves.
pub fn violations(crates: &[Crate]) -> Vec<String> {
    let mut found = Vec::new();
    for it in crates {
        let mut section = "";
        let mut has_lints = false;
        for line in it.manifest.lines().map(str::trim) {
            if line.starts_with('[') {
                section = line;
            } else if section == "[lints]" {
                has_lints |= line == "workspace = true";
            } else if section.ends_with("dependencies]")
                && !line.is_empty()
                && !line.starts_with('#')
                && !line.contains("workspace = true")
                && !line.contains(".workspace=true")
            {
                found.push(format!("`{}` does not take this from the workspace: {line}", it.name));
            }
        }
        if !has_lints {
            found.push(format!("`{}` does not have the workspace's lints", it.name));
        }
    }
    found
}
