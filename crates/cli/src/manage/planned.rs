//! A plan at the desk: shown, and carried out, kept for later, or neither.

use clap::Args;
use console::{Change, Declined, InputError, KeptPlanView, MadeSecret, Plan, Problem, Verb};
use serde_json::{Value, json};

use super::{
    Desk,
    desk::words,
    show::{instant, print},
};

/// What is to be done with a plan.
#[derive(Args, Clone, Copy, Debug)]
pub(super) struct How {
    /// Says what would change, and changes nothing.
    #[arg(long)]
    dry_run: bool,
    /// Keeps what would change as a plan for a day, to be looked at and confirmed with `portvakt plans`; changes nothing yet.
    #[arg(long, conflicts_with = "dry_run")]
    plan: bool,
}

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

/// The differences of a plan, and what became of it, for people.
fn show(plan: &Plan, end: &str) -> String {
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
    text.push_str(if plan.is_empty() { "Nothing changes.\n" } else { end });
    text.chars().filter(|it| *it == '\n' || !it.is_control()).collect()
}

const DRY: &str = "Nothing was written: this was a dry run.\n";
const DONE: &str = "Done; every node knows within five seconds.\n";

fn confirm_with(kept: &KeptPlanView) -> String {
    let until = instant(kept.expires_at);
    format!("Nothing was changed yet. Until {until}: portvakt plans confirm {}\n", kept.id)
}

/// Prints a plan for people or programs. `more`: further members for programs.
fn tell(desk: &Desk, plan: &Plan, (end, more): (&str, Value), secrets: &[MadeSecret]) {
    if desk.json {
        let changes: Vec<Value> = plan.changes().iter().map(line).collect();
        let shown = |it: &MadeSecret| json!({"client_id": it.client_id, "client_secret": it.secret.expose()});
        let secrets: Vec<Value> = secrets.iter().map(shown).collect();
        let mut thing = json!({"changes": changes, "notes": plan.notes(), "client_secrets": secrets});
        if let (Some(members), Value::Object(more)) = (thing.as_object_mut(), more) {
            members.extend(more);
        }
        return print(&format!("{thing}\n"));
    }
    print(&show(plan, end));
    for made in secrets {
        print(&format!(
            "The secret of {}, shown now and never again:\n{}\n",
            made.client_id,
            made.secret.expose()
        ));
    }
}

/// Makes a plan, shows it, and does with it what was asked. `say`: a fault in words.
pub(super) async fn settle(
    desk: &Desk,
    plan: impl AsyncFn() -> Result<Plan, Declined>,
    say: impl Fn(&InputError) -> String,
    how: How,
) -> Result<(), String> {
    let settled = match how.dry_run || how.plan {
        true => desk.console.make_plan(plan).await.map(|plan| (plan, Vec::new())),
        false => desk.console.settle(&desk.caller, plan, desk.now).await,
    };
    let (plan, secrets) = settled.map_err(|why| declined(desk, &why, say))?;
    if how.plan && !plan.is_empty() {
        let kept = desk.console.keep_plan(&desk.caller, &plan, desk.now).await.map_err(words)?;
        let more =
            json!({"dry_run": false, "plan": kept.id.to_string(), "expires_at": instant(kept.expires_at)});
        tell(desk, &plan, (&confirm_with(&kept), more), &[]);
        return Ok(());
    }
    let end = if how.dry_run { DRY } else { DONE };
    tell(desk, &plan, (end, json!({"dry_run": how.dry_run})), &secrets);
    Ok(())
}

/// Shows a kept plan.
pub(super) fn show_kept(desk: &Desk, kept: &KeptPlanView, plan: &Plan) {
    let more = json!({
        "plan": kept.id.to_string(), "made_by": kept.made_by, "created_at": instant(kept.created_at),
        "expires_at": instant(kept.expires_at),
    });
    tell(desk, plan, (&confirm_with(kept), more), &[]);
}

/// Shows a plan that was confirmed.
pub(super) fn show_confirmed(desk: &Desk, plan: &Plan, secrets: &[MadeSecret]) {
    tell(desk, plan, (DONE, json!({})), secrets);
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
