//! A plan at the desk: shown, and carried out unless it is a dry run.

use console::{Change, Declined, Plan, Verb};
use serde_json::{Value, json};
use texts::{FieldMessage, Outcome};

use super::{
    Desk, LOCALE,
    command_error::{CommandError, CommandResult, value},
    show::{print, said},
};

/// One difference in a line.
fn line(change: &Change) -> Value {
    json!({
        "action": change.verb.as_str(), "kind": change.kind, "name": change.name, "difference": change.details,
    })
}

fn cell(value: &Value) -> String {
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
        (Some(from), Some(to)) => format!("    {name}: {} -> {}", cell(from), cell(to)),
        _ => format!("    {name}: {}", cell(member)),
    };
    details.iter().map(difference).collect()
}

fn show(plan: &Plan, dry_run: bool) -> String {
    let mut text = String::new();
    let mut unchanged = 0_u32;
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
        text.push_str(&format!("note: {}\n", note.line(LOCALE)));
    }
    if unchanged > 0 {
        let count = unchanged.into();
        text.push_str(&format!("{}\n", said(&Outcome::PlanUnchanged { count })));
    }
    let end = match (plan.is_empty(), dry_run) {
        (true, _) => Outcome::PlanEmpty,
        (false, true) => Outcome::PlanDryRun,
        (false, false) => Outcome::PlanDone,
    };
    text.push_str(&format!("{}\n", said(&end)));
    text.chars().filter(|it| *it == '\n' || !it.is_control()).collect()
}

/// Makes a plan, shows it, and carries it out unless it is a dry run. `say`: a fault in words.
pub(super) async fn settle(
    desk: &Desk,
    plan: impl AsyncFn() -> Result<Plan, Declined>,
    say: impl Fn(&FieldMessage) -> String,
    dry_run: bool,
) -> CommandResult {
    let keep = |plan: &Plan| {
        let changes: Vec<Value> = plan.changes().iter().map(line).collect();
        let secrets = if dry_run { Vec::new() } else { plan.secrets().to_vec() };
        let notes: Vec<String> = plan.notes().iter().map(|it| it.line(LOCALE)).collect();
        let messages: Vec<Value> = plan.notes().iter().map(|it| value(it, LOCALE)).collect();
        let thing = json!({"dry_run": dry_run, "changes": changes, "notes": notes, "messages": messages});
        (show(plan, dry_run), secrets, thing)
    };
    let settled = desk.console.settle(plan, keep, dry_run).await;
    let (text, secrets, mut thing) = settled.map_err(|why| declined(why, say))?;
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
            "{}\n{}\n",
            said(&Outcome::ClientSecretOfOnce { client: made.client_id.clone().into() }),
            made.secret.expose()
        ));
    }
    Ok(())
}

/// Why nothing was written. `say`: a fault in words.
fn declined(why: Declined, say: impl Fn(&FieldMessage) -> String) -> CommandError {
    let messages = match why {
        Declined::Faults(faults) => faults,
        Declined::Refusal(refusal) => return refusal.into(),
    };
    let lines: Vec<String> = messages.iter().map(say).collect();
    let found = match lines.len() {
        1 => Outcome::PlanFault,
        count => Outcome::PlanFaults { count: count.into() },
    };
    let text = format!("{}\n{}", said(&found), lines.join("\n"));
    CommandError::Faults { messages, text }
}
