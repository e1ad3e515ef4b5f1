//! `portvakt issuers …`

use authority::Permission;
use clap::{Args, Subcommand};
use model::{Evidence, Handover, IssuerId, IssuerSettings, QuestionCatalogue};
use ordering::IssuerView;
use serde_json::{Value, json};
use texts::{Noun, Outcome};

use super::{
    AtTheDesk, ConfigLocation, Desk,
    command_error::{CommandError, CommandResult},
    desk::missing,
    show::said,
};

/// What can be said to `portvakt issuers`.
#[derive(Args)]
pub(crate) struct Issuers {
    #[command(flatten)]
    place: ConfigLocation,
    #[command(subcommand)]
    what: IssuersCommand,
}

#[derive(Subcommand)]
enum IssuersCommand {
    /// Lists the issuers, with what each accepts and asks.
    List,
    /// Adds an issuer.
    Add {
        /// Its name.
        name: String,
        #[command(flatten)]
        said: Said,
    },
    /// Changes what is said of an issuer; what is not named stays.
    Change {
        /// Its name.
        name: String,
        /// Its new name.
        #[arg(long, value_name = "NAME")]
        rename: Option<String>,
        #[command(flatten)]
        said: Said,
    },
    /// Removes an issuer to which no order went.
    Remove {
        /// Its name.
        name: String,
    },
}

/// What can be said of an issuer.
#[derive(Args)]
struct Said {
    /// Its postal address, in one line.
    #[arg(long, value_name = "TEXT")]
    address: Option<String>,
    /// Its telephone number; empty for none.
    #[arg(long, value_name = "NUMBER")]
    phone: Option<String>,
    /// Where orders are sent; empty for none.
    #[arg(long, value_name = "ADDRESS")]
    email: Option<String>,
    /// What it takes as the word of a signatory: approved_by_login, provider_signature. Several times for several.
    #[arg(long, value_name = "WORD", value_parser = evidence)]
    evidence: Vec<Evidence>,
    /// How it hands credentials over: receiver_enters, key_pair, deposited; the first one where nobody chooses.
    #[arg(long = "handover", value_name = "WORD", value_parser = handover)]
    handovers: Vec<Handover>,
    /// Its questions: thirteen-questions, twelve-questions, questions-2026.
    #[arg(long, value_name = "WORD", value_parser = catalogue)]
    catalogue: Option<QuestionCatalogue>,
    /// What its own agreement is called, which a company signs beside the order; empty for none.
    #[arg(long, value_name = "TEXT")]
    agreement: Option<String>,
    /// The https address at which that agreement is filled in or fetched; empty for none.
    #[arg(long, value_name = "URL")]
    agreement_url: Option<String>,
    /// In how many working days it answers.
    #[arg(long, value_name = "DAYS")]
    answers_within: Option<u32>,
    /// Whether orders go there unless an operator says otherwise: true or false.
    #[arg(long, value_name = "BOOL")]
    default: Option<bool>,
}

fn one_of<T>(text: &str, all: &[T], word: impl Fn(&T) -> &'static str) -> String {
    let words: Vec<_> = all.iter().map(word).collect();
    format!("`{text}` is none of {}", words.join(", "))
}

fn evidence(text: &str) -> Result<Evidence, String> {
    Evidence::parse(text).ok_or_else(|| one_of(text, &Evidence::ALL, |it| it.as_str()))
}

fn handover(text: &str) -> Result<Handover, String> {
    Handover::parse(text).ok_or_else(|| one_of(text, Handover::ALL, |it| it.as_str()))
}

fn catalogue(text: &str) -> Result<QuestionCatalogue, String> {
    QuestionCatalogue::parse(text).ok_or_else(|| one_of(text, QuestionCatalogue::ALL, |it| it.as_str()))
}

impl Said {
    fn onto(self, mut it: IssuerSettings) -> IssuerSettings {
        let set = |to: &mut String, said: Option<String>| {
            if let Some(said) = said {
                *to = said;
            }
        };
        set(&mut it.address, self.address);
        set(&mut it.phone, self.phone);
        set(&mut it.email, self.email);
        set(&mut it.agreement, self.agreement);
        set(&mut it.agreement_url, self.agreement_url);
        if !self.evidence.is_empty() {
            it.evidence = self.evidence;
        }
        if !self.handovers.is_empty() {
            it.handovers = self.handovers;
        }
        it.catalogue = self.catalogue.unwrap_or(it.catalogue);
        it.answers_within = self.answers_within.unwrap_or(it.answers_within);
        it.is_default = self.default.unwrap_or(it.is_default);
        it
    }
}

fn view(it: &IssuerView) -> Value {
    let IssuerSettings { name, address, phone, email, eids, evidence, handovers, catalogue, .. } =
        &it.settings;
    json!({
        "id": it.id.map(|id| id.to_string()), "version": it.version, "name": name, "address": address,
        "phone": phone, "email": email, "eids": eids, "evidence": evidence, "handovers": handovers,
        "catalogue": catalogue, "answers_within": it.settings.answers_within,
        "is_default": it.settings.is_default, "agreement": it.settings.agreement,
        "agreement_url": it.settings.agreement_url, "declared_by": it.declared_by,
    })
}

/// An issuer of the register, by its name.
async fn find(desk: &Desk, name: &str) -> Result<(IssuerId, IssuerView), CommandError> {
    let all = desk.orders.issuers(&desk.installation(Permission::ReadInstallation)?).await?;
    let is_it = |it: &&IssuerView| it.settings.name.to_lowercase() == name.to_lowercase();
    match all.iter().find(is_it).and_then(|it| Some((it.id?, it.clone()))) {
        Some(found) => Ok(found),
        None => {
            let names = all.iter().filter(|it| it.id.is_some()).map(|it| it.settings.name.as_str());
            let error = console::Refusal::NotFound(Noun::Issuer);
            Err(missing(error, (Noun::Issuer, name), names, "portvakt issuers list".to_owned()))
        }
    }
}

impl AtTheDesk for Issuers {
    fn place(&self) -> &ConfigLocation {
        &self.place
    }

    async fn run(self, desk: &Desk) -> CommandResult {
        let managing = || desk.installation(Permission::ManageIssuers);
        match self.what {
            IssuersCommand::List => {
                let all = desk.orders.issuers(&desk.installation(Permission::ReadInstallation)?).await?;
                let rows: Vec<Value> = all.iter().map(view).collect();
                let columns = ["name", "is_default", "catalogue", "handovers", "evidence", "answers_within"];
                desk.list(&columns, &rows, &Outcome::NoIssuer);
            }
            IssuersCommand::Add { name, said: told } => {
                let fresh = IssuerSettings {
                    name: name.clone(),
                    address: String::new(),
                    ..IssuerSettings::default()
                };
                let id = desk.orders.save_issuer(&managing()?, None, told.onto(fresh), desk.now).await?;
                let outcome = Outcome::IssuerSaved { name: name.into() };
                desk.done(&said(&outcome), &json!({"id": id.to_string()}));
            }
            IssuersCommand::Change { name, rename, said: told } => {
                let (id, found) = find(desk, &name).await?;
                let mut wanted = told.onto(found.settings);
                wanted.name = rename.unwrap_or(wanted.name);
                let outcome = Outcome::IssuerSaved { name: wanted.name.clone().into() };
                let seen = Some((id, found.version));
                desk.orders.save_issuer(&managing()?, seen, wanted, desk.now).await?;
                desk.done(&said(&outcome), &json!({"id": id.to_string()}));
            }
            IssuersCommand::Remove { name } => {
                let (id, _) = find(desk, &name).await?;
                desk.orders.remove_issuer(&managing()?, id, desk.now).await?;
                let outcome = Outcome::IssuerRemoved { name: name.into() };
                desk.done(&said(&outcome), &json!({"id": id.to_string()}));
            }
        }
        Ok(())
    }
}
