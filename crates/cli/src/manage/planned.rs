//! A plan at the desk: shown, and carried out, kept for later, or neither.

use clap::Args;
use console::{Change, Declined, KeptPlanView, MadeSecret, Plan, Verb};
use serde_json::{Value, json};
use texts::{FieldMessage, Outcome};

use super::{
    Desk, LOCALE,
    command_error::{CommandError, CommandResult, value},
    show::{instant, print, said},
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

/// The differences of a plan, and what became of it, for people.
fn show(plan: &Plan, end: &Outcome) -> String {
    let mut text = String::new();
    let mut unchanged = 0_u32;
    for change in plan.changes() {
        if change.verb == Verb::Unchanged {
            unchanged += 1;
            continue;
        }
        let (verb, noun) = (change.verb.say(LOCALE), change.noun().say(LOCALE));
        text.push_str(&format!("{verb:<8} {noun} {}\n", change.name));
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
    let end = if plan.is_empty() { &Outcome::PlanEmpty } else { end };
    text.push_str(&format!("{}\n", said(end)));
    text.chars().filter(|it| *it == '\n' || !it.is_control()).collect()
}

fn waits(kept: &KeptPlanView) -> Outcome {
    Outcome::PlanKept { at: instant(kept.expires_at).into(), id: kept.id.to_string().into() }
}

/// Prints a plan for people or programs. `more`: further members for programs.
fn tell(desk: &Desk, plan: &Plan, (end, more): (&Outcome, Value), secrets: &[MadeSecret]) {
    if desk.json {
        let changes: Vec<Value> = plan.changes().iter().map(line).collect();
        let shown = |it: &MadeSecret| json!({"client_id": it.client_id, "client_secret": it.secret.expose()});
        let secrets: Vec<Value> = secrets.iter().map(shown).collect();
        let notes: Vec<String> = plan.notes().iter().map(|it| it.line(LOCALE)).collect();
        let messages: Vec<Value> = plan.notes().iter().map(|it| value(it, LOCALE)).collect();
        let mut thing =
            json!({"changes": changes, "notes": notes, "messages": messages, "client_secrets": secrets});
        if let (Some(members), Value::Object(more)) = (thing.as_object_mut(), more) {
            members.extend(more);
        }
        return print(&format!("{thing}\n"));
    }
    print(&show(plan, end));
    for made in secrets {
        print(&format!(
            "{}\n{}\n",
            said(&Outcome::ClientSecretOfOnce { client: made.client_id.clone().into() }),
            made.secret.expose()
        ));
    }
}

/// Makes a plan, shows it, and does with it what was asked. `say`: a fault in words.
pub(super) async fn settle(
    desk: &Desk,
    plan: impl AsyncFn() -> Result<Plan, Declined>,
    say: impl Fn(&FieldMessage) -> String,
    how: How,
) -> CommandResult {
    let settled = match how.dry_run || how.plan {
        true => desk.console.make_plan(plan).await.map(|plan| (plan, Vec::new())),
        false => desk.console.settle(&desk.caller, plan, desk.now).await,
    };
    let (plan, secrets) = settled.map_err(|why| declined(why, say))?;
    if how.plan && !plan.is_empty() {
        let kept = desk.console.keep_plan(&desk.caller, &plan, desk.now).await?;
        let more =
            json!({"dry_run": false, "plan": kept.id.to_string(), "expires_at": instant(kept.expires_at)});
        tell(desk, &plan, (&waits(&kept), more), &[]);
        return Ok(());
    }
    let end = if how.dry_run { Outcome::PlanDryRun } else { Outcome::PlanDone };
    tell(desk, &plan, (&end, json!({"dry_run": how.dry_run})), &secrets);
    Ok(())
}

/// Shows a kept plan.
pub(super) fn show_kept(desk: &Desk, kept: &KeptPlanView, plan: &Plan) {
    let more = json!({
        "plan": kept.id.to_string(), "made_by": kept.made_by, "created_at": instant(kept.created_at),
        "expires_at": instant(kept.expires_at),
    });
    tell(desk, plan, (&waits(kept), more), &[]);
}

/// Shows a plan that was confirmed.
pub(super) fn show_confirmed(desk: &Desk, plan: &Plan, secrets: &[MadeSecret]) {
    tell(desk, plan, (&Outcome::PlanDone, json!({})), secrets);
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
