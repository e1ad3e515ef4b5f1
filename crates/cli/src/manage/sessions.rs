//! `portvakt sessions …`

use authority::Permission;
use clap::{Args, Subcommand};
use model::SessionId;
use serde_json::json;
use texts::Outcome;

use super::{
    AtTheDesk, ConfigLocation, Desk,
    command_error::CommandResult,
    desk::AtDomain,
    show::{instant, said},
};
use crate::permits;

/// What can be said to `portvakt sessions`.
#[derive(Args)]
pub(crate) struct Sessions {
    #[command(flatten)]
    at: AtDomain,
    #[command(subcommand)]
    what: SessionsCommand,
}

#[derive(Subcommand)]
enum SessionsCommand {
    /// Lists the living sessions.
    List,
    /// Ends one session, or all of a person.
    End {
        /// The session's id: `sid` in its tokens.
        #[arg(required_unless_present = "subject")]
        id: Option<String>,
        /// The person, by the subject that the tenant's applications know.
        #[arg(long, conflicts_with = "id", allow_hyphen_values = true)]
        subject: Option<String>,
    },
}

impl AtTheDesk for Sessions {
    fn place(&self) -> &ConfigLocation {
        &self.at.place
    }

    async fn run(self, desk: &Desk) -> CommandResult {
        let (tenant, domain) = self.at.find(desk).await?;
        match self.what {
            SessionsCommand::List => {
                let mut rows = Vec::new();
                let mut after = None;
                loop {
                    let page = desk
                        .console
                        .sessions(&permits::may(&tenant, Permission::ReadLogins)?, domain.id, after, desk.now)
                        .await?;
                    let Some(last) = page.last() else { break };
                    after = Some(last.id);
                    rows.extend(page.iter().map(|it| {
                        json!({
                            "id": it.id.to_string(), "eid": it.eid, "subject": it.subject,
                            "created_at": instant(it.created_at), "used_at": instant(it.used_at),
                            "expires_at": instant(it.expires_at), "ends_at": instant(it.ends_at),
                        })
                    }));
                }
                desk.list(
                    &["id", "eid", "subject", "created_at", "used_at", "expires_at"],
                    &rows,
                    &Outcome::NoSession,
                );
            }
            SessionsCommand::End { id: Some(id), .. } => {
                let session = SessionId::parse(&id)?;
                desk.console
                    .end_session(&permits::may(&tenant, Permission::EndSessions)?, session, desk.now)
                    .await?;
                desk.done(&said(&Outcome::SessionEnded), &json!({"id": id, "ended": 1}));
            }
            SessionsCommand::End { id: None, subject } => {
                let subject = subject.unwrap_or_default();
                let ended = desk
                    .console
                    .end_sessions_of(&permits::may(&tenant, Permission::EndSessions)?, &subject, desk.now)
                    .await?;
                desk.done(
                    &said(&Outcome::SessionsEnded { count: ended.to_string().into() }),
                    &json!({"subject": subject, "ended": ended}),
                );
            }
        }
        Ok(())
    }
}
