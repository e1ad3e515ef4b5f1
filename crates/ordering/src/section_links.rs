//! Links for colleagues: each answers one section of a draft, and sees nothing else of it.
//!
//! ```text
//!   link ──GET──► a page that asks for the code ──POST code──► bound to this browser ──(eID)──► the section's form
//! ```
//!
//! Whoever ordered tells the code; a program that follows or posts links does not know it. Sections that name people, or the law
//! that gives a right, ask for an eID besides, so that it is known who answered.

use std::time::Duration;

use authority::{Caller, Permission, Permit, SealedColumn, Tenant};
use changes::Refusal;
use crypto::{Digest, same_bytes};
use messages::{Letter, MailAddress, SECTION_LINK};
use model::{
    Action, Level, LinkId, OrderAnswers, OrderId, OrderSection, OrderState, TenantId, Timestamp, has_hidden,
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::{
    Tx, WriteTx, orders,
    section_links::{self, SectionLink},
    tenants,
};
use texts::{AdminMessage, Noun};

use crate::{
    CompanyCertificate, OrderDesk, OrderView, ReceiverProof, SectionAnswers, TypedCode,
    answering::merge,
    approval::person_digest,
    certificate::put,
    desk::{Saving, save_answers},
    moving::{Asked, Moved},
    people::{Addressed, six_digits, write_letter},
    view::state_of,
};

/// How long a link is good.
const GOOD_FOR: Duration = Duration::from_secs(14 * 24 * 60 * 60);
/// How many wrong codes end a link.
const MOST_TRIES: u32 = 5;
/// How many links an order has at most at a time.
const MOST_LINKS: usize = 50;
/// The longest name of a colleague, in characters.
const LONGEST_NAME: usize = 100;
/// Links are not replaced: another one is made.
const GENERATION: u32 = 1;

/// What is sealed of a colleague.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct Kept {
    name: String,
    email: String,
    /// The name that the eID gave.
    proved_name: String,
    /// When they answered last, in microseconds; 0: not yet.
    answered_at: i64,
}

/// Who is asked to answer, and what.
#[derive(Clone, Copy, Debug)]
pub struct Colleague<'a> {
    /// Which section.
    pub section: OrderSection,
    /// What whoever ordered calls them.
    pub name: &'a str,
    /// Where the link goes; empty: whoever ordered passes it on.
    pub email: &'a str,
}

/// A link as whoever ordered sees it. Whoever has link and code can answer the section.
#[derive(Clone, PartialEq, Eq)]
pub struct SectionLinkView {
    /// Its id.
    pub id: LinkId,
    /// Which section.
    pub section: OrderSection,
    /// What whoever ordered calls the colleague.
    pub name: String,
    /// Where the link went; empty: nowhere.
    pub email: String,
    /// The name that the colleague's eID gave; empty where they have not signed in.
    pub proved_name: String,
    /// Whether it was accepted in a browser.
    pub is_open: bool,
    /// When the section was answered with it last.
    pub answered_at: Option<Timestamp>,
    /// What the colleague is told beside the link.
    pub code: String,
    /// What the link has behind `/section/`.
    pub link: String,
    /// From when on it is over.
    pub expires_at: Timestamp,
}

impl std::fmt::Debug for SectionLinkView {
    /// Says neither link nor code.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SectionLinkView")
            .field("id", &self.id)
            .field("section", &self.section)
            .finish_non_exhaustive()
    }
}

/// How far a colleague has come, in the browser that asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColleagueStep {
    /// The code is to be typed.
    Code,
    /// An eID is asked for.
    SignIn,
    /// The section can be answered.
    Answer,
}

/// A link as a colleague sees it.
#[derive(Clone, Debug)]
pub struct ColleagueView {
    /// Whose order it is.
    pub tenant: TenantId,
    /// What the tenant is called.
    pub tenant_name: String,
    /// The company that orders; empty until it was answered.
    pub company: String,
    /// The order with this section alone: the rest is not for the colleague.
    pub view: OrderView,
    /// Which section.
    pub section: OrderSection,
    /// The colleague's name, as whoever ordered gave it.
    pub name: String,
    /// How far they have come.
    pub step: ColleagueStep,
}

/// Which link, and in which browser.
#[derive(Clone, Copy)]
pub struct InBrowser<'a> {
    /// The link.
    pub id: LinkId,
    /// What the browser was given; `None`: nothing yet.
    pub browser: Option<&'a str>,
}

impl std::fmt::Debug for InBrowser<'_> {
    /// Does not say what the browser was given.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("InBrowser").field("id", &self.id).finish_non_exhaustive()
    }
}

/// Whether a colleague can be asked for a section: not for the domain, which was chosen when the order was begun.
pub const fn can_be_delegated(section: OrderSection) -> bool {
    !matches!(section, OrderSection::Domain)
}

/// Whether a section names people, the company whose people sign, or the law that gives a right: then it is known who answered.
pub const fn asks_for_eid(section: OrderSection) -> bool {
    matches!(
        section,
        OrderSection::Company
            | OrderSection::General
            | OrderSection::Receiver
            | OrderSection::Block
            | OrderSection::Operations
            | OrderSection::Signatories
            | OrderSection::Number
    )
}

/// An order with one section, and without everything that is not of it.
fn alone(whole: OrderView, section: OrderSection) -> OrderView {
    let OrderAnswers { catalogue, host, language, is_sandbox, .. } = whole.answers.clone();
    let mut answers = OrderAnswers { catalogue, host, language, is_sandbox, ..OrderAnswers::default() };
    if section == OrderSection::Certificate {
        // Whose certificate it is, and whether one is needed.
        answers.company.clone_from(&whole.answers.company);
    }
    if section == OrderSection::Signatories {
        // What the registry says of who may sign.
        merge(&mut answers, whole.answers.clone(), OrderSection::Company);
        answers.listed_address.clear();
        answers.signatories.clear();
    }
    merge(&mut answers, whole.answers, section);
    OrderView {
        answers,
        people: Vec::new(),
        steps: Vec::new(),
        files: Vec::new(),
        public_key: None,
        proposal: None,
        changes: Vec::new(),
        ..whole
    }
}

fn spent() -> Refusal {
    Refusal::Invalid(AdminMessage::OrderLinkSpent.into())
}

fn unreadable() -> Refusal {
    orders::unreadable().into()
}

fn open(tenant: &Tenant, row: &SectionLink) -> Result<Kept, Refusal> {
    let opened = tenant.opened().unseal(&SealedColumn::SectionLink(row.id), &row.sealed_colleague);
    let opened = opened.map_err(|_| unreadable())?;
    serde_json::from_slice(opened.expose()).map_err(|_| unreadable())
}

fn seal(tenant: &Tenant, id: LinkId, kept: &Kept) -> Vec<u8> {
    let plain = serde_json::to_vec(kept).unwrap_or_default();
    tenant.opened().seal(tenant.random(), &SealedColumn::SectionLink(id), &plain)
}

fn section_of(row: &SectionLink) -> Result<OrderSection, Refusal> {
    OrderSection::parse(&row.section).ok_or_else(unreadable)
}

/// The link of a colleague, as whoever ordered sees it.
pub(crate) fn view(tenant: &Tenant, row: &SectionLink) -> Result<SectionLinkView, Refusal> {
    let Kept { name, email, proved_name, answered_at } = open(tenant, row)?;
    let code = tenant.opened().letter_keys().link_code(SECTION_LINK, row.id, GENERATION);
    Ok(SectionLinkView {
        id: row.id,
        section: section_of(row)?,
        name,
        email,
        proved_name,
        is_open: row.browser_digest.is_some(),
        answered_at: (answered_at != 0).then(|| Timestamp::from_micros(answered_at)),
        code: six_digits(tenant, "section-code", (row.id, GENERATION)),
        link: format!("{}/{}", row.id, code.expose()),
        expires_at: row.expires_at,
    })
}

/// A browser is known for one link only.
fn browser_digest(id: LinkId, browser: &str) -> Digest {
    Digest::of(format!("section {id} {browser}").as_bytes())
}

fn is_in(row: &SectionLink, browser: Option<&str>) -> bool {
    row.browser_digest.is_some() && row.browser_digest == browser.map(|it| browser_digest(row.id, it))
}

/// Whether a link still leads anywhere.
pub(crate) fn is_good(it: &SectionLink, now: Timestamp) -> bool {
    now < it.expires_at && it.tries < MOST_TRIES
}

/// The link that somebody has, of a draft, while it is good.
fn good(
    tx: &mut impl Tx,
    tenant: &Tenant,
    id: LinkId,
    now: Timestamp,
) -> Result<(SectionLink, Moved), Refusal> {
    // The order is locked before the link, as when it is submitted.
    let order = section_links::order_of(tx, id)?.filter(|it| it.0 == tenant.id).ok_or_else(spent)?.1;
    let moved = Moved::load(tx, tenant, Asked::Now(order))?;
    let row = section_links::find(tx, id)?.filter(|it| it.tenant_id == tenant.id);
    let row = row.filter(|it| is_good(it, now)).ok_or_else(spent)?;
    if state_of(&moved.row)? == OrderState::Draft { Ok((row, moved)) } else { Err(spent()) }
}

/// What a colleague answers, and in which browser.
#[derive(Clone)]
struct SectionAnswer {
    id: LinkId,
    browser: Option<String>,
    section: OrderSection,
}

impl SectionAnswer {
    fn of(at: InBrowser<'_>, section: OrderSection) -> Self {
        Self { id: at.id, browser: at.browser.map(str::to_owned), section }
    }

    /// The link and its draft, for who accepted it in this browser and has shown who they are where that is asked.
    fn find(
        &self,
        tx: &mut impl Tx,
        tenant: &Tenant,
        now: Timestamp,
    ) -> Result<(SectionLink, Moved), Refusal> {
        let (row, moved) = good(tx, tenant, self.id, now)?;
        let section = section_of(&row)?;
        let is_known = row.person_digest.is_some() || !asks_for_eid(section);
        let may_answer = section == self.section && is_in(&row, self.browser.as_deref()) && is_known;
        if may_answer { Ok((row, moved)) } else { Err(spent()) }
    }

    /// Writes down that the section is answered with the link, and gives the draft to answer in.
    fn begin(&self, tx: &mut WriteTx<'_>, tenant: &Tenant, now: Timestamp) -> Result<Moved, Refusal> {
        let (mut row, moved) = self.find(tx, tenant, now)?;
        let kept = Kept { answered_at: now.micros(), ..open(tenant, &row)? };
        row.sealed_colleague = seal(tenant, self.id, &kept);
        section_links::save(tx, &row)?;
        Ok(moved)
    }
}

impl OrderDesk {
    /// Asks a colleague to answer a section of a draft. The link goes to their address, where there is one and letters are sent.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] at `colleague` or `colleague_email`; it is no draft, nobody can be asked for this section, or there
    /// are 50 links. [`Refusal::NotFound`], [`Refusal::Forbidden`], [`Refusal::Store`].
    pub async fn ask_colleague(
        &self,
        permit: &Permit,
        order: OrderId,
        colleague: Colleague<'_>,
        now: Timestamp,
    ) -> Result<LinkId, Refusal> {
        let (name, section) = (colleague.name.trim(), colleague.section);
        let is_name = !name.is_empty() && name.chars().count() <= LONGEST_NAME && !has_hidden(name);
        if !is_name || name.contains(['<', '>']) {
            let most = LONGEST_NAME.to_string().into();
            return Err(Refusal::Invalid(AdminMessage::OrderTextInvalid { most }.at("colleague")));
        }
        if !colleague.email.is_empty() && MailAddress::parse(colleague.email).is_none() {
            return Err(Refusal::Invalid(AdminMessage::MailAddressInvalid.at("colleague_email")));
        }
        if !can_be_delegated(section) {
            return Err(Refusal::NotFound(Noun::Object));
        }
        let id = LinkId::new(&self.random, now);
        let kept = Kept { name: name.to_owned(), email: colleague.email.to_owned(), ..Kept::default() };
        let permit = permit.clone();
        let asked = self.store.write(move |tx| {
            let tenant = permit.tenant(Permission::ManageOrders)?.clone();
            let moved = Moved::load(tx, &tenant, Asked::Now(order))?;
            if state_of(&moved.row)? != OrderState::Draft {
                return Err(Refusal::Invalid(AdminMessage::OrderNoDraft.into()));
            }
            if section_links::list(tx, (tenant.id, order))?.len() >= MOST_LINKS {
                let most = MOST_LINKS.to_string().into();
                return Err(Refusal::Invalid(AdminMessage::OrderTooManyLinks { most }.into()));
            }
            let row = SectionLink {
                tenant_id: tenant.id,
                id,
                order_id: order,
                section: section.as_str().to_owned(),
                sealed_colleague: seal(&tenant, id, &kept),
                browser_digest: None,
                person_digest: None,
                tries: 0,
                created_at: now,
                expires_at: now.after(GOOD_FOR),
            };
            section_links::insert(tx, &row)?;
            if !kept.email.is_empty() {
                let letter = Letter::OrderSection { id };
                let it = Addressed { email: &kept.email, letter, manner: moved.manner() };
                if !write_letter(tx, &tenant, &it, now)? {
                    return Err(Refusal::Invalid(AdminMessage::OrderLetterNoRoom.into()));
                }
            }
            let details = json!({"event": "colleague_asked", "section": section.as_str()});
            permit.record(Action::OrderMoved, format!("order {order}"), &details, now).append(tx)?;
            Ok::<_, Refusal>(id)
        });
        asked.await
    }

    /// Lists the links of a draft that are good. They are in it: for whoever may fill it in.
    ///
    /// # Errors
    /// [`Refusal::Forbidden`], [`Refusal::Store`].
    pub async fn colleagues(
        &self,
        permit: &Permit,
        order: OrderId,
        now: Timestamp,
    ) -> Result<Vec<SectionLinkView>, Refusal> {
        let tenant = permit.tenant(Permission::ManageOrders)?;
        let key = (tenant.id, order);
        let rows = self.store.read(move |tx| section_links::list(tx, key)).await?;
        rows.iter().filter(|it| is_good(it, now)).map(|it| view(tenant, it)).collect()
    }

    /// Lists the sections of a draft for which a colleague has a link that is good, for whoever may see the order.
    ///
    /// # Errors
    /// [`Refusal::Forbidden`], [`Refusal::Store`].
    pub async fn sections_asked(
        &self,
        permit: &Permit,
        order: OrderId,
        now: Timestamp,
    ) -> Result<Vec<OrderSection>, Refusal> {
        let key = (permit.tenant(Permission::ReadOrders)?.id, order);
        let rows = self.store.read(move |tx| section_links::list(tx, key)).await?;
        rows.iter().filter(|it| is_good(it, now)).map(section_of).collect()
    }

    /// Takes a colleague's link away.
    ///
    /// # Errors
    /// [`Refusal::NotFound`], [`Refusal::Forbidden`], [`Refusal::Store`].
    pub async fn dismiss_colleague(
        &self,
        permit: &Permit,
        (order, id): (OrderId, LinkId),
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let permit = permit.clone();
        let removed = self.store.write(move |tx| {
            let tenant = permit.tenant(Permission::ManageOrders)?.id;
            let row = section_links::find(tx, id)?;
            let row = row.filter(|it| it.tenant_id == tenant && it.order_id == order);
            let row = row.ok_or(Refusal::NotFound(Noun::OrderPerson))?;
            section_links::remove(tx, tenant, id)?;
            let details = json!({"event": "colleague_dismissed", "section": row.section});
            let record = permit.record(Action::OrderMoved, format!("order {order}"), &details, now);
            Ok::<_, Refusal>(record.append(tx)?)
        });
        removed.await
    }

    /// Shows a link to who has it; nothing is spent. `caller`: makes the caller from the tenant that the link is of.
    ///
    /// # Errors
    /// [`Refusal::Invalid`]: it is over, or this is not its code. [`Refusal::MasterKey`], [`Refusal::Store`].
    pub async fn colleague_link(
        &self,
        (at, code): (InBrowser<'_>, &str),
        caller: impl Fn(TenantId) -> Caller,
        now: Timestamp,
    ) -> Result<(ColleagueView, Permit), Refusal> {
        let id = at.id;
        let found = self.store.read(move |tx| {
            let Some(row) = section_links::find(tx, id)? else { return Ok(None) };
            let tenant = tenants::find(tx, row.tenant_id)?;
            Ok::<_, store::StoreError>(tenant.map(|tenant| (row, tenant)))
        });
        let (row, tenant) = found.await?.ok_or_else(spent)?;
        let tenant = self.opened(&tenant, &caller(row.tenant_id))?;
        if !tenant.opened().letter_keys().is_link_code(code, SECTION_LINK, id, GENERATION) {
            return Err(spent());
        }
        let reader = tenant.clone();
        let (row, _) = self.store.read(move |tx| good(tx, &reader, id, now)).await?;
        let section = section_of(&row)?;
        let step = match (is_in(&row, at.browser), asks_for_eid(section) && row.person_digest.is_none()) {
            (false, _) => ColleagueStep::Code,
            (true, true) => ColleagueStep::SignIn,
            (true, false) => ColleagueStep::Answer,
        };
        let whole = self.whole(&tenant, row.order_id).await?;
        let shown = ColleagueView {
            tenant: tenant.id,
            tenant_name: tenant.name.clone(),
            company: whole.answers.company.name.clone(),
            view: alone(whole, section),
            section,
            name: open(&tenant, &row)?.name,
            step,
        };
        let permit = tenant.permit(Permission::AnswerOrder)?;
        Ok((shown, permit))
    }

    /// Binds a link to the browser in which its code was typed. Five wrong codes end it.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] at `code`; the link is over, or another browser has it. [`Refusal::Forbidden`],
    /// [`Refusal::Store`].
    pub async fn accept_section(
        &self,
        permit: &Permit,
        TypedCode { person: id, browser, code }: TypedCode<'_>,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let (permit, browser, code) = (permit.clone(), browser_digest(id, browser), code.replace(' ', ""));
        let accepted = self.store.write(move |tx| {
            let tenant = permit.tenant(Permission::AnswerOrder)?.clone();
            let (mut row, moved) = good(tx, &tenant, id, now)?;
            let expected = six_digits(&tenant, "section-code", (id, GENERATION));
            if !same_bytes(code.as_bytes(), expected.as_bytes()) {
                row.tries += 1;
                section_links::save(tx, &row)?;
                return Ok(false);
            }
            if row.browser_digest.is_some_and(|it| it != browser) {
                return Err(spent());
            }
            row.browser_digest = Some(browser);
            section_links::save(tx, &row)?;
            let details = json!({"event": "colleague_accepted", "section": row.section});
            permit
                .record(Action::OrderConfirmed, format!("order {}", moved.row.id), &details, now)
                .append(tx)?;
            Ok::<_, Refusal>(true)
        });
        // The wrong code was counted.
        if accepted.await? { Ok(()) } else { Err(Refusal::Invalid(AdminMessage::OrderCodeWrong.at("code"))) }
    }

    /// Writes down who a colleague is at their eID.
    ///
    /// # Errors
    /// [`Refusal::Invalid`]: the level is too low, the link is over, or somebody else has signed in with it.
    /// [`Refusal::Forbidden`], [`Refusal::Store`].
    pub async fn sign_section(
        &self,
        permit: &Permit,
        id: LinkId,
        shown: &ReceiverProof,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let ReceiverProof { proof, issuer, browser } = shown;
        if proof.level < Level::Substantial {
            return Err(Refusal::Invalid(AdminMessage::OrderLevelTooLow.into()));
        }
        let tenant = permit.tenant(Permission::AnswerOrder)?.clone();
        let person = person_digest(&tenant, proof, issuer);
        let name = proof.person.name.clone().unwrap_or_default();
        let (browser, permit) = (browser.clone(), permit.clone());
        let signed = self.store.write(move |tx| {
            let (mut row, moved) = good(tx, &tenant, id, now)?;
            let is_other = row.person_digest.is_some_and(|it| it != person);
            if !is_in(&row, browser.as_deref()) || is_other {
                return Err(spent());
            }
            let kept = Kept { proved_name: name, ..open(&tenant, &row)? };
            row.sealed_colleague = seal(&tenant, id, &kept);
            row.person_digest = Some(person);
            section_links::save(tx, &row)?;
            let details = json!({"event": "colleague_signed_in", "section": row.section});
            let record =
                permit.record(Action::OrderConfirmed, format!("order {}", moved.row.id), &details, now);
            Ok::<_, Refusal>(record.append(tx)?)
        });
        signed.await
    }

    /// Saves what a colleague answers of their section.
    ///
    /// # Errors
    /// As [`OrderDesk::save_section`]; [`Refusal::Invalid`]: the link is over, or this is not its browser.
    pub async fn answer_by_link(
        &self,
        permit: &Permit,
        at: InBrowser<'_>,
        new: SectionAnswers<'_>,
        now: Timestamp,
    ) -> Result<String, Refusal> {
        let SectionAnswers { section, seen, answers } = new;
        if section == OrderSection::Certificate {
            // It is a file, and has a door of its own.
            return Err(spent());
        }
        let (answer, permit) = (SectionAnswer::of(at, section), permit.clone());
        let (seen, answers): (String, OrderAnswers) = (seen.to_owned(), answers);
        let saved = self.store.write(move |tx| {
            let tenant = permit.tenant(Permission::AnswerOrder)?.clone();
            let moved = answer.begin(tx, &tenant, now)?;
            save_answers(tx, (&permit, &tenant), moved, Saving { section, seen: &seen, answers, now })
        });
        saved.await
    }

    /// Takes the certificate of the company from a colleague. Nothing is read of who may not answer the section.
    ///
    /// # Errors
    /// As [`OrderDesk::save_certificate`]; [`Refusal::Invalid`]: the link is over, or this is not its browser.
    pub async fn certificate_by_link(
        &self,
        permit: &Permit,
        at: InBrowser<'_>,
        new: CompanyCertificate<'_>,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let answer = SectionAnswer::of(at, OrderSection::Certificate);
        let (first, reader) = (answer.clone(), permit.tenant(Permission::AnswerOrder)?.clone());
        self.store.read(move |tx| first.find(tx, &reader, now).map(drop)).await?;
        let read = self.read_certificate(new, now).await?;
        let permit = permit.clone();
        let saved = self.store.write(move |tx| {
            let tenant = permit.tenant(Permission::AnswerOrder)?.clone();
            let moved = answer.begin(tx, &tenant, now)?;
            put(tx, (&permit, &tenant), moved, &read)
        });
        saved.await
    }
}
