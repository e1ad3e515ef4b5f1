//! A browser with a person before it: from the application's request to the code.

use std::{
    collections::BTreeMap,
    sync::{Arc, atomic::Ordering},
};

use crypto::{b64, sha256};

use crate::{
    application,
    wire::{Answer, Ask, Lane, Version},
    world::{BACK, CLIENT, World},
};

/// The eIDs, with what is asked of each.
const EIDS: [(&str, &str, &str); 2] = [
    ("no-bankid", "urn:grn:authn:no:bankid", "openid profile nin"),
    ("no-vipps", "urn:grn:authn:no:vipps", "openid profile email phone address"),
];

/// A browser: its cookies, and a connection to each host.
struct Browser {
    world: Arc<World>,
    number: u64,
    ours: Lane,
    theirs: Lane,
    cookies: BTreeMap<String, String>,
}

/// What an application asks for, and remembers until the answer.
pub(crate) struct Asked {
    pub(crate) eid: &'static str,
    pub(crate) nonce: String,
    pub(crate) verifier: String,
    state: String,
    target: String,
}

fn value_after<'a>(page: &'a str, before: &str) -> Option<&'a str> {
    page.split_once(before)?.1.split('"').next()
}

fn plain(html: &str) -> String {
    let entities =
        [("&#38;", "&"), ("&#x2F;", "/"), ("&quot;", "\""), ("&#34;", "\""), ("&#39;", "'"), ("&amp;", "&")];
    entities.iter().fold(html.to_owned(), |text, (entity, it)| text.replace(entity, it))
}

/// A parameter of an address.
fn parameter(address: &str, name: &str) -> Option<String> {
    let query = address.split_once('?')?.1;
    form_urlencoded::parse(query.as_bytes()).find(|it| it.0 == name).map(|it| it.1.into_owned())
}

/// Path and query of an address at a host of ours.
fn target<'a>(address: &'a str, authority: &str) -> Result<&'a str, String> {
    let rest = address.strip_prefix("https://").and_then(|it| it.strip_prefix(authority));
    rest.ok_or_else(|| {
        format!("led to {} instead of {authority}", address.split('?').next().unwrap_or_default())
    })
}

fn wanted(answer: &Answer, status: u16, step: &str) -> Result<(), String> {
    if answer.status == status {
        return Ok(());
    }
    let title = answer.body.split_once("<h1").map_or(answer.body.as_str(), |it| it.1);
    let title: String = title.chars().take(120).collect();
    Err(format!("{step}: {} ({title})", answer.status))
}

impl Asked {
    fn new(world: &World, (eid, acr, scope): (&'static str, &str, &str)) -> Self {
        let word = || world.random.token().expose().clone();
        let (nonce, verifier, state) = (word(), word(), word());
        let query = form_urlencoded::Serializer::new(String::new())
            .extend_pairs([("client_id", CLIENT), ("redirect_uri", BACK), ("response_type", "code")])
            .extend_pairs([("scope", scope), ("state", &state), ("nonce", &nonce), ("acr_values", acr)])
            .append_pair("code_challenge", &b64::encode(&sha256(verifier.as_bytes())))
            .append_pair("code_challenge_method", "S256")
            .finish();
        Self { eid, nonce, verifier, state, target: format!("/oauth2/authorize?{query}") }
    }

    /// The code of the answer.
    fn code(&self, back: &str, issuer: &str) -> Result<String, String> {
        let own = |name| parameter(back, name).unwrap_or_default();
        if !back.starts_with(BACK) {
            return Err(format!("callback: led to {}", back.split('?').next().unwrap_or_default()));
        }
        if own("state") != self.state || own("iss") != issuer {
            return Err(format!("callback: wrong state or issuer ({})", own("error_description")));
        }
        parameter(back, "code")
            .ok_or_else(|| format!("callback: {} {}", own("error"), own("error_description")))
    }
}

impl Browser {
    fn new(world: &Arc<World>, number: u64) -> Self {
        let version = if number.is_multiple_of(2) { Version::One } else { Version::Two };
        let node = usize::try_from(number / 2).unwrap_or_default() % world.nodes.len();
        let lane = |place| Lane::new(Arc::clone(&world.network), place, version);
        let (ours, theirs) = (lane(world.nodes[node].clone()), lane(world.sandbox.clone()));
        Self { world: Arc::clone(world), number, ours, theirs, cookies: BTreeMap::new() }
    }

    /// Goes to our host, with the cookies for it.
    async fn ours(&mut self, (ask, status): (Ask, u16), step: &str) -> Result<Answer, String> {
        let cookies: Vec<String> =
            self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let ask = ask.with("cookie", cookies.join("; "));
        let answer = self.ours.send(&ask).await.map_err(|why| format!("{step}: {why}"))?;
        for line in answer.headers.get_all("set-cookie").iter().filter_map(|it| it.to_str().ok()) {
            let Some((name, value)) = line.split(';').next().and_then(|it| it.split_once('=')) else {
                continue;
            };
            if line.contains("Max-Age=0;") || value.is_empty() {
                self.cookies.remove(name);
            } else {
                // A short one is a language or an eID, and no secret.
                if value.len() > 20 {
                    self.world.keep(self.number, &[("cookie", value)]);
                }
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        wanted(&answer, status, step)?;
        Ok(answer)
    }

    async fn ask_the_eid(&mut self, target: &str) -> Result<Answer, String> {
        self.theirs.send(&Ask::get(target)).await.map_err(|why| format!("eID's page: {why}"))
    }

    /// The person at the eID: chooses who they are and says yes. Gives the way back to us, and the person.
    async fn at_the_eid(&mut self, address: &str) -> Result<(String, String), String> {
        let authority = self.world.sandbox.authority.clone();
        let mut page = self.ask_the_eid(target(address, &authority)?).await?;
        // Vipps leads on to a login page of its own.
        if page.status == 303 {
            let on = page.header("location").to_owned();
            page = self.ask_the_eid(target(&on, &authority).unwrap_or(&on)).await?;
        }
        wanted(&page, 200, "eID's page")?;
        let page = page.body;
        let people: Vec<&str> =
            page.split("name=\"person\" value=\"").skip(1).filter_map(|it| it.split('"').next()).collect();
        let chosen = usize::try_from(self.number).unwrap_or_default() % people.len().max(1);
        let person = plain(people.get(chosen).ok_or("eID's page: nobody to choose")?);
        let own = |before| value_after(&page, before).map(plain).ok_or(format!("eID's page: no {before}"));
        let (action, request) = (own("<form method=\"post\" action=\"")?, own("name=\"request\" value=\"")?);
        let outcome = own("name=\"outcome\" value=\"")?;
        let fields = [("request", &*request), ("person", &person), ("outcome", &outcome), ("fault", "")];
        let ask = Ask::form(&action, &fields).with("origin", format!("https://{authority}"));
        let answer = self.theirs.send(&ask).await.map_err(|why| format!("decision: {why}"))?;
        wanted(&answer, 200, "decision")?;
        let back = answer.body.split("href=\"").skip(1).filter_map(|it| it.split('"').next());
        let back = back.map(plain).find(|it| it.contains("/callback/")).ok_or("decision: no way back")?;
        Ok((back, person))
    }

    /// One login at an eID: gives the code and the person.
    async fn log_in(&mut self, asked: &Asked) -> Result<(String, String), String> {
        let answer = self.ours((Ask::get(&asked.target), 303), "authorize").await?;
        let (back, person) = self.at_the_eid(answer.header("location")).await?;
        let theirs = parameter(&back, "code").unwrap_or_default();
        self.world.keep(self.number, &[("code of the eID", &theirs)]);
        let authority = self.world.nodes[0].authority.clone();
        let answer = self.ours((Ask::get(target(&back, &authority)?), 303), "callback").await?;
        let mut back = answer.header("location").to_owned();
        if back.starts_with("/login/") {
            back = self.consents(&back).await?;
        }
        Ok((asked.code(&back, &self.world.issuer())?, person))
    }

    /// The person reads what the application wants to see, and says yes. Gives the way back to it.
    async fn consents(&mut self, here: &str) -> Result<String, String> {
        let page = self.ours((Ask::get(here), 200), "consent's page").await?.body;
        let action =
            value_after(&page, "method=\"post\" action=\"").map(plain).ok_or("consent's page: no form")?;
        let origin = self.world.issuer();
        let ask = Ask::form(&action, &[("decision", "allow")]).with("origin", origin);
        let page = self.ours((ask, 200), "consent").await?.body;
        value_after(&page, "url=").map(plain).ok_or_else(|| "consent: no way on".to_owned())
    }

    /// One more login, which the browser's session is to answer.
    async fn is_remembered(&mut self, asked: &Asked) -> Result<String, String> {
        let answer = self.ours((Ask::get(&asked.target), 303), "authorize again").await?;
        let code = asked.code(answer.header("location"), &self.world.issuer());
        self.world.tally().remembered.fetch_add(1, Ordering::Relaxed);
        code.map_err(|why| format!("single sign-on: {why}"))
    }
}

/// A person logs in; every other time with HTTP/2. Some come back at once, and are remembered.
///
/// # Errors
/// What went wrong, and at which step.
pub(crate) async fn log_in(world: &Arc<World>, number: u64) -> Result<(), String> {
    let mut browser = Browser::new(world, number);
    // Two of three with BankID; the last digit has the HTTP version.
    let eid = EIDS[usize::from((number / 2).is_multiple_of(3))];
    let asked = Asked::new(world, eid);
    let (code, person) = browser.log_in(&asked).await?;
    application::redeem(world, number, (&asked, &code), &person).await?;
    if asked.eid == "no-vipps" {
        let again = Asked::new(world, eid);
        let code = browser.is_remembered(&again).await?;
        application::redeem(world, number, (&again, &code), &person).await?;
    }
    Ok(())
}
