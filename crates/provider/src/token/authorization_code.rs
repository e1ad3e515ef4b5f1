//! Redeeming a code: what did it prove, and to whom?
//!
//! One write spends the code (and the assertion's `jti`) and inserts the access token's digest; signing comes
//! after it. A refusal that has effects is a value that is committed, not an error that rolls back.

use crypto::Digest;
use model::{Grant, GrantId, Proof};
use oidc::{Scope, TokenParams, TokenResponse};
use store::{StoreError, WriteTx, access_tokens, grants, login_events::Kind, refresh_tokens};
use texts::Cause;

use super::client::{Client, Jti, assertion_reused};
use crate::{
    Application, InternalError, Issuer, Provider, Refusal, RequestContext,
    event_queue::Event,
    mint::{
        Given, Mint, MintedAccess, MintedRefresh, Presented, mint_access_token, mint_refresh_token,
        open_grant, signing_key, token_response,
    },
    permitted::permitted_grant,
    refusal::refuse,
};

/// A code that came back to the console's own application.
#[derive(Clone, Copy, Debug)]
pub struct OwnCode<'a> {
    /// The code.
    pub code: &'a str,
    /// Where it came back to.
    pub redirect_uri: &'a str,
    /// Of the challenge that the request had.
    pub verifier: &'a str,
}

/// What a login at the console's own application proved.
#[derive(Clone, Debug)]
pub struct OwnLogin {
    /// Who, how, when.
    pub proof: Proof,
    /// The eID's issuer; empty where simulators differ by tenant.
    pub issuer: String,
    /// As the request had it.
    pub nonce: Option<String>,
}

/// How the write ended; every variant is committed.
enum Redeemed {
    /// This caller, and no other, has the token.
    Won,
    /// The code was good for somebody else, or had been used: its grant is dead now.
    Dead,
    /// The assertion had been used before; nothing else was looked at.
    AssertionReused,
}

/// What is to be written, decided before the write.
struct Redemption {
    tenant: model::TenantId,
    grant: GrantId,
    code: Digest,
    /// Whether the code was issued to who presents it.
    own: bool,
    /// `None`: the binding is wrong, so the code must die.
    token: Option<access_tokens::AccessToken>,
    jti: Option<Jti>,
    refresh_token: Option<refresh_tokens::RefreshToken>,
    /// When the last token from it expires.
    lives_until: model::Timestamp,
}

fn redeem(tx: &mut WriteTx<'_>, it: &Redemption, now: model::Timestamp) -> Result<Redeemed, StoreError> {
    if !Jti::spend(it.jti.as_ref(), tx, it.tenant)? {
        return Ok(Redeemed::AssertionReused);
    }
    if let Some(token) = &it.token
        && grants::consume_code(tx, it.tenant, &it.code, it.lives_until, now)?.is_some()
    {
        access_tokens::insert(tx, token)?;
        if let Some(token) = &it.refresh_token {
            refresh_tokens::insert(tx, token)?;
        }
        return Ok(Redeemed::Won);
    }
    if !it.own {
        // Another client's code dies if it is unused, but what its owner has redeemed is not this one's to kill.
        grants::consume_code(tx, it.tenant, &it.code, now, now)?;
        return Ok(Redeemed::Dead);
    }
    // RFC 6749 §4.1.2: "If an authorization code is used more than once, the authorization server MUST deny the
    // request and SHOULD revoke … all tokens previously issued based on that authorization code."
    grants::revoke(tx, it.tenant, it.grant, now)?;
    Ok(Redeemed::Dead)
}

fn is_bound(grant: &Grant, client: &Client, row: &grants::Grant, request: &TokenParams) -> bool {
    let verifier = match (&grant.challenge, request.code_verifier.as_deref()) {
        (Some(challenge), Some(verifier)) => challenge.is_met_by(verifier),
        (None, None) => true,
        // A challenge is always enforced, and a verifier without one would be a downgrade.
        (Some(_), None) | (None, Some(_)) => false,
    };
    row.application_id == client.application.id
        && request.redirect_uri.as_deref() == Some(grant.redirect_uri.as_str())
        && verifier
}

/// Says whether a grant gives refresh tokens.
pub(super) fn is_offline(grant: &Grant, application: &Application) -> bool {
    application.settings.refresh_tokens && grant.scopes.has(Scope::OfflineAccess)
}

/// A code that was redeemed: what it proved, and the tokens that were minted with it.
struct RedeemedCode {
    grant: Grant,
    access_token: MintedAccess,
    refresh_token: Option<MintedRefresh>,
}

impl Provider {
    /// Redeems an authorization code at the token endpoint.
    ///
    /// Spec: RFC 6749 §4.1.3, RFC 7636 §4.6 <https://www.rfc-editor.org/rfc/rfc6749#section-4.1.3>
    pub(crate) async fn redeem_code(
        &self,
        issuer: &Issuer,
        client: &Client,
        request: &TokenParams,
        context: &RequestContext,
    ) -> Result<TokenResponse, Refusal> {
        let RedeemedCode { grant, access_token, refresh_token } =
            self.spend_code(issuer, client, request, context).await?;
        let mint = Mint { issuer, application: &client.application, random: &self.random, now: context.now };
        self.note_given(mint, &grant, Kind::Redeemed, context);
        let refresh_token = refresh_token.as_ref().map(|it| &it.token);
        let given = Given { access_token: &access_token.token, refresh_token, is_refresh: false };
        token_response(mint, &grant, &given).map_err(Refusal::from)
    }

    /// Redeems a code of the console's own application, in this process: every check of the token endpoint but the client's
    /// authentication, because nobody else can call this. The application has no secret, so that nobody can redeem it there.
    ///
    /// # Errors
    /// [`Refusal`]: as the token endpoint.
    pub async fn redeem_own_code(
        &self,
        issuer: &Issuer,
        client_id: &str,
        code: &OwnCode<'_>,
        context: &RequestContext,
    ) -> Result<OwnLogin, Refusal> {
        let application = self.application(issuer, client_id, context).await?;
        let issuer = issuer.seen_by(&application);
        let client = Client { application, jti: None };
        let request = TokenParams {
            code: Some(code.code.to_owned()),
            redirect_uri: Some(code.redirect_uri.to_owned()),
            code_verifier: Some(code.verifier.to_owned()),
            ..TokenParams::default()
        };
        let RedeemedCode { grant, .. } = self.spend_code(issuer, &client, &request, context).await?;
        let mint = Mint { issuer, application: &client.application, random: &self.random, now: context.now };
        self.note_given(mint, &grant, Kind::Redeemed, context);
        let issuer = self.catalogue.issuer(grant.proof.eid, grant.proof.environment);
        Ok(OwnLogin { issuer: issuer.unwrap_or_default().to_owned(), nonce: grant.nonce, proof: grant.proof })
    }

    async fn spend_code(
        &self,
        issuer: &Issuer,
        client: &Client,
        request: &TokenParams,
        context: &RequestContext,
    ) -> Result<RedeemedCode, Refusal> {
        let Some(code) = request.code.as_deref() else {
            return Err(self.refuse_client(issuer, client, Cause::CodeMissing).await);
        };
        let tenant = issuer.tenant;
        let digest = Digest::of(code.as_bytes());
        let row = self.store.read(move |tx| grants::find_by_code(tx, tenant, &digest)).await?;
        let row = row.filter(|row| row.domain_id == issuer.domain);
        // One that is bound to a key is for a version that checks the proof; it stays as it is.
        let row = row.filter(|row| row.cnf.is_none());
        let Some(row) = row else { return self.refuse_code(issuer, client, context).await };
        let opened = Presented::code(code, &row)
            .and_then(|presented| open_grant(issuer, &presented))
            .filter(|(grant, _)| is_bound(grant, client, &row, request));
        let opened = match opened {
            Some((grant, key)) => match permitted_grant(issuer, &client.application, grant) {
                Some(grant) => Some((grant, key)),
                // Withdrawn for now: the code stays as it is, and is good again when the eID is.
                None => return self.refuse_code(issuer, client, context).await,
            },
            None => None,
        };
        let mint = Mint { issuer, application: &client.application, random: &self.random, now: context.now };
        let minted = opened.as_ref().map(|(_, key)| mint_access_token(mint, row.id, key, None));
        // A key that is missing must not cost the code.
        if opened.as_ref().is_some_and(|(grant, _)| grant.scopes.has(Scope::Openid)) {
            signing_key(issuer, &client.application, context.now)?;
        }
        let ends_at = context.now.after(client.application.settings.lifetimes().refresh_token_for);
        let offline = opened.as_ref().filter(|(grant, _)| is_offline(grant, &client.application));
        let refresh = offline.map(|(_, key)| mint_refresh_token(mint, row.id, key, ends_at));
        let lives_until = minted.as_ref().map_or(context.now, |it| it.row.expires_at);
        let redemption = Redemption {
            tenant,
            grant: row.id,
            code: digest,
            own: row.application_id == client.application.id,
            token: minted.as_ref().map(|it| it.row.clone()),
            refresh_token: refresh.as_ref().map(|it| it.row.clone()),
            lives_until: if refresh.is_some() { lives_until.max(ends_at) } else { lives_until },
            jti: client.jti,
        };
        let now = context.now;
        // An unused code that merely expired is not reuse, but killing it costs nothing.
        match (self.store.write(move |tx| redeem(tx, &redemption, now)).await?, opened, minted) {
            (Redeemed::Won, Some((grant, _)), Some(minted)) => {
                Ok(RedeemedCode { grant, access_token: minted, refresh_token: refresh })
            }
            (Redeemed::AssertionReused, ..) => Err(assertion_reused()),
            (Redeemed::Dead, ..) => Err(bad_code()),
            (Redeemed::Won, ..) => Err(InternalError::new("a code was won without a token").into()),
        }
    }

    /// Notes and counts tokens that were given.
    pub(super) fn note_given(&self, mint: Mint<'_>, grant: &Grant, kind: Kind, context: &RequestContext) {
        self.counters.token();
        let event = Event {
            application: Some(mint.application),
            login: Some(&grant.login),
            eid: Some(grant.proof.eid),
            ..Event::of(kind)
        };
        self.note(mint.issuer, event, context);
    }

    /// No such code, or one that cannot be redeemed at present; only the assertion that came with it is spent.
    async fn refuse_code(
        &self,
        issuer: &Issuer,
        client: &Client,
        context: &RequestContext,
    ) -> Result<RedeemedCode, Refusal> {
        self.spend_assertion(issuer, client).await?;
        tracing::debug!(trace = %context.trace, "a code was presented that is unknown or not permitted");
        Err(bad_code())
    }
}

fn bad_code() -> Refusal {
    refuse(Cause::CodeInvalid)
}
