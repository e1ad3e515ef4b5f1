//! A plan at the desk: shown, and carried out unless it is a dry run.

use console::{Change, Declined, InputError, Plan, Problem, Verb};
use serde_json::{Value, json};

use super::{Desk, show::print};

/// One difference in a line.
fn line(change: &Change) -> Value {
    json!({
        "action": change.verb.as_str(), "kind": change.kind, "name": change.name, "difference": change.details,
    })
}

fn value(value: &Value) -> String {
    match value {
        Value::Null => "-".to_owned(),
        Value::String(text) => format!("{text:?}"),
        other => other.to_string(),
    }
}

/// What of an object is different, for people: a line for each member.
fn members(change: &Change) -> Vec<String> {
    let Some(details) = change.details.as_object() else { return Vec::new() };
    let difference = |(name, member): (&String, &Value)| match (member.get("from"), member.get("to")) {
        (Some(from), Some(to)) => format!("    {name}: {} -> {}", value(from), value(to)),
        _ => format!("    {name}: {}", value(member)),
    };
    details.iter().map(difference).collect()
}

fn show(plan: &Plan, dry_run: bool) -> String {
    let mut text = String::new();
    let mut unchanged = 0;
    for change in plan.changes() {
        if change.verb == Verb::Unchanged {
            unchanged += 1;
            continue;
        }
        text.push_str(&format!("{:<8} {} {}\n", change.verb.as_str(), change.kind, change.name));
        for member in members(change) {
            text.push_str(&format!("{member}\n"));
        }
    }
    for note in plan.notes() {
        text.push_str(&format!("note: {note}\n"));
    }
    if unchanged > 0 {
        text.push_str(&format!("{unchanged} unchanged.\n"));
    }
    text.push_str(match (plan.is_empty(), dry_run) {
        (true, _) => "Nothing changes.\n",
        (false, true) => "Nothing was written: this was a dry run.\n",
        (false, false) => "Done; every node knows within five seconds.\n",
    });
    text.chars().filter(|it| *it == '\n' || !it.is_control()).collect()
}

/// Makes a plan, shows it, and carries it out unless it is a dry run. `say`: a fault in words.
pub(super) async fn settle(
    desk: &Desk,
    plan: impl AsyncFn() -> Result<Plan, Declined>,
    say: impl Fn(&InputError) -> String,
    dry_run: bool,
) -> Result<(), String> {
    let settled = match dry_run {
        true => desk.console.make_plan(plan).await.map(|plan| (plan, Vec::new())),
        false => desk.console.settle(&desk.caller, plan, desk.now).await,
    };
    let (plan, secrets) = settled.map_err(|why| declined(desk, &why, say))?;
    let changes: Vec<Value> = plan.changes().iter().map(line).collect();
    let (text, mut thing) =
        (show(&plan, dry_run), json!({"dry_run": dry_run, "changes": changes, "notes": plan.notes()}));
    if desk.json {
        let shown = |it: &console::MadeSecret| json!({"client_id": it.client_id, "client_secret": it.secret.expose()});
        let secrets: Vec<Value> = secrets.iter().map(shown).collect();
        if let Some(members) = thing.as_object_mut() {
            members.insert("client_secrets".to_owned(), secrets.into());
        }
        print(&format!("{thing}\n"));
        return Ok(());
    }
    print(&text);
    for made in &secrets {
        print(&format!(
            "The secret of {}, shown now and never again:\n{}\n",
            made.client_id,
            made.secret.expose()
        ));
    }
    Ok(())
}

/// What is wrong, for the person at the terminal; for programs on standard output too.
fn declined(desk: &Desk, why: &Declined, say: impl Fn(&InputError) -> String) -> String {
    let faults = match why {
        Declined::Faults(faults) => faults,
        Declined::Refusal(refusal) => return format!("nothing was written: {refusal}"),
    };
    let lines: Vec<String> = faults.iter().map(say).collect();
    if desk.json {
        let problem = |it: &Problem| it.to_string();
        let all: Vec<Value> =
            faults.iter().map(|it| json!({"path": it.path, "problem": problem(&it.problem)})).collect();
        print(&format!("{}\n", json!({"errors": all})));
    }
    let count = lines.len();
    let found = if count == 1 { "one thing is" } else { "these things are" };
    format!("nothing was written: {found} wrong ({count})\n{}", lines.join("\n"))
}
