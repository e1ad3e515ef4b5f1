//! The application behind the browser: redeems codes, and believes nothing that it has not verified.

use std::{
    sync::{Arc, atomic::Ordering},
    time::{SystemTime, UNIX_EPOCH},
};

use crypto::{Algorithm, PublicKey, at_hash, parse};
use serde_json::Value;

use crate::{
    browser::Asked,
    wire::{Answer, Ask, Pool},
    world::{BACK, CLIENT, World},
};

#[expect(clippy::disallowed_methods, reason = "an application has a clock of its own")]
fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    i64::try_from(since.as_secs()).unwrap()
}

fn json(answer: &Answer, step: &str) -> Result<Value, String> {
    let value: Value = serde_json::from_str(&answer.body).unwrap_or_default();
    if answer.status == 200 {
        return Ok(value);
    }
    // What is said about an error, without what differs each time.
    let words =
        value["error_description"].as_str().unwrap_or_default().split(" (").next().unwrap_or_default();
    Err(format!("{step}: {} {} {words}", answer.status, value["error"]))
}

async fn token(
    world: &World,
    pool: &Pool,
    (asked, code): (&Asked, &str),
    basic: bool,
) -> Result<Value, String> {
    let secret = world.secret.read().unwrap().clone();
    let mut fields = vec![
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", BACK),
        ("code_verifier", &asked.verifier),
    ];
    let ask = if basic {
        let pair = crypto::b64::encode_standard(format!("{CLIENT}:{secret}").as_bytes());
        Ask::form("/oauth2/token", &fields).with("authorization", format!("Basic {pair}"))
    } else {
        fields.extend([("client_id", CLIENT), ("client_secret", &secret)]);
        Ask::form("/oauth2/token", &fields)
    };
    let answer = pool.send(&ask).await.map_err(|why| format!("token: {why}"))?;
    json(&answer, "token")
}

async fn fetch_keys(world: &World, pool: &Pool) -> Result<(), String> {
    world.tally().key_sets.fetch_add(1, Ordering::Relaxed);
    let answer = pool.send(&Ask::get("/.well-known/jwks")).await.map_err(|why| format!("keys: {why}"))?;
    let set = json(&answer, "keys")?;
    let keys = set["keys"].as_array().into_iter().flatten();
    let read = keys.filter_map(|it| Some((it["kid"].as_str()?.to_owned(), PublicKey::from_jwk(it).ok()?)));
    *world.keys.write().unwrap() = read.collect();
    Ok(())
}

/// The key with this name; the set is fetched again when it has none, as client libraries do.
async fn key(world: &World, pool: &Pool, kid: &str) -> Result<PublicKey, String> {
    let known = || world.keys.read().unwrap().get(kid).cloned();
    if let Some(key) = known() {
        return Ok(key);
    }
    fetch_keys(world, pool).await?;
    known().ok_or_else(|| "ID token: the key set has not the key that signed".to_owned())
}

/// Gives the claims of an ID token that is believed.
async fn verify(world: &World, pool: &Pool, answer: &Value, asked: &Asked) -> Result<Value, String> {
    let wrong = |why: &str| format!("ID token: {why}");
    let token = answer["id_token"].as_str().ok_or_else(|| wrong("missing"))?;
    let compact = parse(token).map_err(|error| wrong(&error.to_string()))?;
    let kid = compact.kid().ok_or_else(|| wrong("no kid"))?;
    let payload = compact.verify(&key(world, pool, kid).await?, &[Algorithm::Rs256]);
    let claims: Value =
        serde_json::from_slice(payload.map_err(|error| wrong(&error.to_string()))?).unwrap_or_default();
    {
        let mut signed_with = world.signed_with.lock().unwrap();
        if !signed_with.iter().any(|it| it == kid) {
            signed_with.push(kid.to_owned());
        }
    }
    let access = answer["access_token"].as_str().unwrap_or_default();
    let own = |name: &str| claims[name].as_str().unwrap_or_default();
    let holds = [
        ("iss", own("iss") == world.issuer()),
        ("aud", own("aud") == CLIENT),
        ("nonce", own("nonce") == asked.nonce),
        ("idp", own("idp") == asked.eid),
        ("at_hash", own("at_hash") == at_hash(Algorithm::Rs256, access)),
        ("exp", claims["exp"].as_i64().is_some_and(|it| it > now())),
        ("iat", claims["iat"].as_i64().is_some_and(|it| it <= now() + 1)),
    ];
    match holds.iter().find(|it| !it.1) {
        Some((name, _)) => Err(wrong(&format!("{name} is not what it must be"))),
        None => Ok(claims),
    }
}

/// A person is the same subject at every login.
fn same_subject(world: &World, eid: &'static str, person: &str, sub: &str) -> Result<(), String> {
    let mut subjects = world.subjects.lock().unwrap();
    let known = subjects.entry((eid, person.to_owned())).or_insert_with(|| sub.to_owned());
    if !sub.is_empty() && known == sub {
        Ok(())
    } else {
        Err("the subject is not the one of before".to_owned())
    }
}

/// Redeems a code, verifies the ID token and asks userinfo.
///
/// # Errors
/// What went wrong, and at which step.
pub(crate) async fn redeem(
    world: &Arc<World>,
    number: u64,
    (asked, code): (&Asked, &str),
    person: &str,
) -> Result<(), String> {
    // The application goes to another node than the browser, and speaks the other HTTP every fourth time.
    let node = usize::try_from(number / 2 + 1).unwrap() % world.pools.len();
    let pool = &world.pools[node][usize::from((number / 4).is_multiple_of(2))];
    let answer = token(world, pool, (asked, code), number.is_multiple_of(3)).await?;
    let claims = verify(world, pool, &answer, asked).await?;
    let own = |it: &'_ Value, name: &str| it[name].as_str().unwrap_or_default().to_owned();
    let access = own(&answer, "access_token");
    let ask = Ask::get("/oauth2/userinfo").with("authorization", format!("Bearer {access}"));
    let known = json(&pool.send(&ask).await.map_err(|why| format!("userinfo: {why}"))?, "userinfo")?;
    if known["sub"] != claims["sub"] || known["name"] != claims["name"] || !known["name"].is_string() {
        return Err("userinfo: another person than in the ID token".to_owned());
    }
    same_subject(world, asked.eid, person, &own(&claims, "sub"))?;
    world.keep(
        number,
        &[
            ("code", code),
            ("access token", &access),
            ("ID token", &own(&answer, "id_token")),
            ("PKCE verifier", &asked.verifier),
            ("name", &own(&known, "name")),
            ("national identity number", &own(&known, "nin")),
            ("e-mail address", &own(&known, "email")),
            ("phone number", &own(&known, "phone_number")),
        ],
    );
    Ok(())
}
