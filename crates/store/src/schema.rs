//! What each table keeps, about whom, for how long and why: the source of `docs/reference/data.md`.

/// Whether a table says anything about a person, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Personal {
    /// Nothing.
    None,
    /// A pseudonym, or what can only be linked to a person with other knowledge.
    Pseudonym,
    /// Yes, but encrypted under a key that is not here: only the holder of a code, token or cookie can read it.
    SealedByHolder,
    /// The name of an administrator's account.
    Administrator,
    /// The name of a member of the console.
    MemberName,
    /// The e-mail address of an administrator, sealed.
    Recipient,
    /// People whom an order names, sealed.
    OrderPeople,
}

impl Personal {
    /// In words.
    pub const fn words(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Pseudonym => "pseudonym",
            Self::SealedByHolder => "sealed: only the holder of the code, token or cookie can open it",
            Self::Administrator => "administrators' account names",
            Self::MemberName => "names of the console's members",
            Self::OrderPeople => "people whom an order names, sealed",
            Self::Recipient => "administrators' e-mail addresses, sealed",
        }
    }
}

/// What there is to say about a table.
#[derive(Debug, Clone, Copy)]
pub struct Table {
    /// Its name.
    pub name: &'static str,
    /// What it keeps.
    pub keeps: &'static str,
    /// What of it is personal.
    pub personal: Personal,
    /// How long, and who removes it.
    pub kept_for: &'static str,
    /// Why.
    pub why: &'static str,
    /// Whether a backup has it. What has not is void after a restore.
    pub in_backup: bool,
}

macro_rules! table {
    ($name:literal, $keeps:literal, $personal:ident, $kept_for:expr, $why:literal, $backup:literal) => {
        Table {
            name: $name,
            keeps: $keeps,
            personal: Personal::$personal,
            kept_for: $kept_for,
            why: $why,
            in_backup: $backup,
        }
    };
}

/// Every table, in the order in which a backup has them: a row comes after what it refers to.
pub const TABLES: &[Table] = &[
    table!(
        "schema_migrations",
        "which changes the database has had",
        None,
        "always",
        "to refuse a database of another version",
        false
    ),
    table!(
        "installation",
        "facts about the installation, a sealed canary",
        None,
        "always",
        "to tell a wrong master key",
        true
    ),
    table!(
        "tenants",
        "name, sealed data key; who deleted it and when",
        Administrator,
        "30 days after the tenant is deleted; its data key goes first",
        "to keep tenants apart",
        true
    ),
    table!(
        "domains",
        "host, environment, settings; who deleted it and when",
        Administrator,
        "30 days after the domain or its tenant is deleted",
        "to know which issuer a request is for",
        true
    ),
    table!(
        "applications",
        "client id, name, settings; who deleted it and when",
        Administrator,
        "30 days after the application, its domain or its tenant is deleted",
        "to know who may ask for logins",
        true
    ),
    table!(
        "client_secrets",
        "SHA-256 of each secret, its times",
        None,
        "until what they belong to is destroyed",
        "to recognise applications",
        true
    ),
    table!(
        "identity_sources",
        "eID, environment, sealed credentials",
        None,
        "until the domain is destroyed",
        "to reach the eIDs",
        true
    ),
    table!(
        "source_generations",
        "sealed credentials of an identity source that are not in use: a candidate, and the previous ones",
        None,
        "a candidate until it is used, replaced or discarded; the previous ones for 7 days",
        "credentials are checked before they are used, and can be restored",
        true
    ),
    table!(
        "subject_keys",
        "sealed keys that pseudonyms are made with",
        None,
        "until the tenant is destroyed",
        "the same person must keep the same subject",
        true
    ),
    table!(
        "signing_keys",
        "public keys, sealed private keys, their times",
        None,
        "until the domain is destroyed",
        "to sign, and to verify old hints",
        true
    ),
    table!(
        "audit_heads",
        "the end of each audit chain, authenticated",
        None,
        "until the tenant is destroyed",
        "to see that nothing was changed or cut",
        true
    ),
    table!(
        "audit_events",
        "who changed what and when",
        Administrator,
        "until the tenant is destroyed",
        "to answer for every change",
        true
    ),
    table!(
        "audit_personal",
        "the address that a change came from, and what its actor was called; the audit chain has only salted digests",
        Administrator,
        "until it is erased, or the tenant is destroyed",
        "to answer for every change",
        true
    ),
    table!(
        "sandbox_people",
        "synthetic people, none of whom exists",
        None,
        "until removed",
        "to test with",
        true
    ),
    table!(
        "login_events",
        "time, application, eID, outcome and cause of each step of a login, and of requests that became none; sealed, what was refused of a request: return address without its query, client id, host, path",
        Pseudonym,
        "30 days by default (`login_events.kept_for`); seven days at the most where no person was proved",
        "to explain what happened to a login",
        true
    ),
    table!(
        "counted_events",
        "how many steps of logins of a kind and cause a domain had in an hour, beyond those kept one by one",
        None,
        "seven days, or `login_events.kept_for` where that is shorter",
        "to see a flood without keeping it",
        false
    ),
    table!(
        "imported_subjects",
        "HMACs of person and subject under the tenant's subject key, the subject sealed",
        Pseudonym,
        "until the tenant is destroyed",
        "people keep the subject by which applications have known them",
        true
    ),
    table!(
        "test_users",
        "username, stretched password, sealed claims of synthetic people on test domains",
        None,
        "until removed",
        "to log programs in on test domains",
        true
    ),
    table!(
        "declared_objects",
        "which declaration made which object",
        None,
        "until the object is destroyed",
        "a declaration takes away only what it made",
        true
    ),
    table!(
        "brands",
        "colour and logo of domains and applications, as everybody sees them",
        None,
        "until they are replaced or cleared, or the application, domain or tenant is destroyed",
        "people see whom they log in to",
        true
    ),
    table!(
        "certificates",
        "certificates of domains with their sealed private keys",
        None,
        "until they are replaced or removed, or the domain or tenant is destroyed",
        "people reach a domain over TLS",
        true
    ),
    table!(
        "jobs",
        "work that is still to be done, what it needs sealed, and why the last attempt came to nothing",
        None,
        "until it is done; what was given up stays until it is revived and done",
        "what was promised is done once, whichever node stops meanwhile",
        true
    ),
    table!(
        "deletions",
        "ids of what was deleted, when, and when it was restored",
        None,
        "always, also after it was destroyed; copied into a file outside the backups",
        "a restored backup does not bring back what was deleted",
        false
    ),
    table!(
        "letters",
        "the kind of each letter or text message, a keyed digest of its recipient; address or phone number, language and what it is about sealed under the tenant's key, or the master key for the installation's own",
        Recipient,
        "seven days after it was sent; one that cannot be sent, 30 days after it was written, or until it is discarded",
        "a letter is sent once its reason is committed, also by another node, and whoever runs the installation sees which could not be sent",
        false
    ),
    table!(
        "plans",
        "what an import or a declaration would change, sealed, with subjects and credentials that the file brought; who made it",
        Administrator,
        "the content until the plan is confirmed or discarded, a day at most; the rest a week longer",
        "a change can be looked at before it is made, and somebody else can confirm it",
        false
    ),
    table!(
        "browser_sessions",
        "pseudonym, times, and the proof without the national identity number",
        SealedByHolder,
        "until it expires: 30 minutes idle, 8 hours at most, by default; only where single sign-on is on",
        "single sign-on",
        false
    ),
    table!(
        "parked_requests",
        "what an application asked, sealed under the tenant's key; may hold a number that it sent as a hint",
        Pseudonym,
        "15 minutes; pushed, 90 seconds until a browser brings it",
        "requests that were pushed, came by POST, or are too long for a cookie",
        false
    ),
    table!(
        "awaiting_consents",
        "the proof, while the person reads the consent page",
        SealedByHolder,
        "15 minutes",
        "the person decides before the application learns anything",
        false
    ),
    table!(
        "eid_orders",
        "what an eID that is polled gave to ask by, and what the person was told to do; nothing about the person",
        SealedByHolder,
        "15 minutes, or until the login with it has ended",
        "the eID is asked until the person has answered on another device, by one node at a time",
        false
    ),
    table!(
        "orders",
        "an order of an eID's credentials: what was answered, sealed, and how far it has come",
        OrderPeople,
        "drafts 90 days after their last change; cancelled, rejected and lapsed ones 12 months; others `orders.kept_for_years` after their credentials ended",
        "credentials are ordered, and it is known who ordered what",
        true
    ),
    table!(
        "issuers",
        "who issues credentials: name, address, telephone and e-mail of an organisation, what it accepts, and which declaration added it",
        None,
        "until an operator or that declaration removes it",
        "orders are sent to the right place, and ask what that place asks",
        true
    ),
    table!(
        "order_templates",
        "the operator's texts of the documents of orders, in versions, and who wrote each",
        Administrator,
        "as long as the installation",
        "documents say what the operator means, and it is known which text counted when",
        true
    ),
    table!(
        "order_steps",
        "what happened to an order, when and by whom, and what was said, sealed",
        OrderPeople,
        "as long as the order",
        "the order can be followed",
        true
    ),
    table!(
        "order_people",
        "who approves, confirms and receives: name, address, telephone, birth date, what the eID signed, and in which browser the receiver of a sandbox order signed in, sealed",
        OrderPeople,
        "as long as the order; contacts that another submission replaced 90 days",
        "they are asked, and it can be shown that they approved",
        true
    ),
    table!(
        "order_documents",
        "the documents of an order, sealed",
        OrderPeople,
        "as long as the order",
        "they are what was approved",
        true
    ),
    table!(
        "order_secrets",
        "the key pair that was made for an order, what the issuer deposited for its receiver, and what an operator proposed, sealed",
        None,
        "until the receiver has it or a second operator agrees, seven days at most; a key as long as the order",
        "credentials reach the one who is named, and nobody else",
        true
    ),
    table!(
        "section_links",
        "that a colleague was asked to answer a section of an order: name, address and the name that their eID gave, sealed",
        OrderPeople,
        "until the order is submitted, 14 days at most",
        "somebody else than whoever ordered can answer what they know",
        false
    ),
    table!(
        "registry_answers",
        "what the public registers answered about a company that a tenant looked up, with who holds roles in it, sealed",
        OrderPeople,
        "30 days after the last look",
        "it is not asked for again within a day, and is shown with its time while the registers cannot be asked",
        false
    ),
    table!(
        "approval_requests",
        "that somebody began to approve an order",
        None,
        "until the login has ended, ten minutes at most",
        "an approval is bound to what is approved, and counts once",
        false
    ),
    table!(
        "phone_codes",
        "that somebody whom an order asks was sent a code to their phone, a keyed digest of the code, a digest of what the browser that asked for it was given, and how often something was typed",
        Pseudonym,
        "a day after the first code, or until the order is changed",
        "a phone is confirmed by whoever has it, in one browser",
        false
    ),
    table!(
        "kept_answers",
        "the answer to a form of a login: a code or an error, and what goes into cookies",
        SealedByHolder,
        "a minute",
        "a form that is sent twice gets the same answer",
        false
    ),
    table!(
        "source_checks",
        "when an identity source was checked and by whom, what was found, and a digest of the sealed credentials",
        Administrator,
        "until 20 later checks of the source",
        "checks are limited, and the result of the last one is shown",
        false
    ),
    table!(
        "trials",
        "which application an administrator tries, and the answer: an ID token and userinfo of the person who logged in",
        SealedByHolder,
        "until the administrator has read it, ten minutes at most",
        "a login can be tried without changing the application",
        false
    ),
    table!(
        "members",
        "people who sign in to the console: the name that their eID gave, when they signed in last, and an e-mail address, sealed",
        MemberName,
        "until they have no role any more",
        "who may do what is shown by name",
        true
    ),
    table!(
        "member_credentials",
        "a keyed digest of the eID, its environment and its identifier of the person",
        Pseudonym,
        "as long as the member",
        "to recognise a member who signs in",
        true
    ),
    table!(
        "member_roles",
        "which member has which role in which tenant, who granted it and when",
        Pseudonym,
        "until the role is taken away",
        "to know who may do what",
        true
    ),
    table!(
        "invitations",
        "what the inviter calls the invited and is called, the roles, the language of the letter, and the address that it went to, sealed",
        MemberName,
        "until it is accepted or taken back, seven days at most (for operators one)",
        "members are invited by a link; the address becomes the member's",
        false
    ),
    table!(
        "console_sessions",
        "a digest of what is in the cookie, which member signed in and when, what browser it was, and, before the first sign-in, \
         the first operator's e-mail address, sealed under the cookie",
        Pseudonym,
        "until the member signs out, 30 minutes after its last use, eight hours at most",
        "a member stays signed in, and sees where they are",
        false
    ),
    table!(
        "entry_links",
        "a digest of the key in a link that was made on the host, the account that made it, and the first operator's e-mail \
         address, sealed under that key",
        Administrator,
        "until it is used, an hour at most",
        "the first operator comes in by it, and one whose eID is gone",
        false
    ),
    table!(
        "grants",
        "the claims that the application may see",
        SealedByHolder,
        "until the last token from it has expired",
        "to answer the token and userinfo requests",
        false
    ),
    table!(
        "access_tokens",
        "SHA-256 of each token, a wrapped key",
        None,
        "until it expires (10 minutes by default)",
        "to recognise tokens",
        false
    ),
    table!(
        "refresh_tokens",
        "SHA-256 of each token, a wrapped key, its times; for a minute after its use the next token, sealed under it",
        None,
        "until the family expires (30 days after the login by default); only where refresh tokens are on",
        "to give new tokens without a new login, and to see a stolen one",
        false
    ),
    table!(
        "spent_values",
        "digests of what may be used once",
        None,
        "until it would be refused for its age anyway",
        "nothing is accepted twice",
        false
    ),
    table!(
        "failed_attempts",
        "digest of application or test user, and address; a count",
        Pseudonym,
        "a minute",
        "to stop guessing, over all nodes",
        false
    ),
];

/// Writes the reference page.
pub fn page() -> String {
    let mut page = String::from(
        "# What is kept, about whom, how long and why\n\n\
         Made from the code (`store/src/schema.rs`); a test compares it with the tables of both engines, and the \
         sweep with the lifetimes. What expires is removed by the sweep within a minute, \
         but by no process whose clock has jumped, or that began, less than about an hour ago: what was spent stays spent. \
         Log entries, counts, parked requests, waiting consents, kept answers, sealed successors of refresh tokens \
         and plans always go in time: without them nothing is accepted that was refused.\n\n\
         What is deleted is hidden at once and destroyed 30 days later, with everything that belongs to it. Later backups do \
         not have it. Earlier ones stay readable with their master key; a restore applies the list of deletions again.\n\n\
         Claims about people are readable only with the code, token or cookie that was given out for them: neither \
         this database nor the master key opens them. One exception: what an application asked (`parked_requests`) \
         is sealed under the tenant's key, and may name the person it wants, for 15 minutes.\n\n\
         | table | keeps | personal | how long | why | in a backup |\n|---|---|---|---|---|---|\n",
    );
    for it in TABLES {
        let backup = if it.in_backup { "yes" } else { "no" };
        page.push_str(&format!(
            "| `{}` | {} | {} | {} | {} | {backup} |\n",
            it.name,
            it.keeps,
            it.personal.words(),
            it.kept_for,
            it.why
        ));
    }
    page
}
