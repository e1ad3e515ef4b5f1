//! The logos of applications and domains: looked at, brought as a file, and taken away.

use axum::response::Response;
use console::{ApplicationChange, DomainChange, LARGEST_LOGO, Permission, Refusal};
use http::{HeaderValue, StatusCode, header};
use model::{DomainId, Logo};
use texts::{AdminMessage, Noun};

use super::{
    answer::{done, refused_form},
    application, domain, places,
    settings::seen,
    visit::Visit,
};
use crate::respond::page::answer;

/// The logo in the form, decoded elsewhere and encoded anew.
async fn uploaded(visit: &Visit, permission: Permission) -> Result<Logo, Refusal> {
    if visit.upload.is_too_large {
        let most = (LARGEST_LOGO / 1024).into();
        return Err(Refusal::Invalid(AdminMessage::ImageTooLarge { most }.at("logo")));
    }
    let missing = || Refusal::Invalid(AdminMessage::FileMissing.at("logo"));
    let file = visit.upload.file("logo").ok_or_else(missing)?;
    visit.site.console.logo_of_file((visit.permit()?, permission), file).await
}

async fn png(visit: &Visit, domain: DomainId, logo: Option<&Logo>) -> Result<Response, Refusal> {
    let logo = logo.ok_or(Refusal::NotFound(Noun::Object))?;
    let png = visit.site.console.logo_png(visit.permit()?, (domain, &logo.digest)).await?;
    let mut response = answer(StatusCode::OK, png);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("image/png"));
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("default-src 'none'; sandbox; frame-ancestors 'none'; script-src 'self'"),
    );
    Ok(response)
}

/// `GET …/applications/{application}/brand/logo`
pub(super) async fn of_application(visit: Visit) -> Result<Response, Refusal> {
    let place = places::application(&visit).await?;
    png(&visit, place.domain.id, place.application.settings.brand.logo.as_ref()).await
}

/// `GET …/domains/{domain}/brand/logo`
pub(super) async fn of_domain(visit: Visit) -> Result<Response, Refusal> {
    let place = places::domain(&visit).await?;
    png(&visit, place.domain.id, place.domain.settings.brand.logo.as_ref()).await
}

async fn set_for_application(
    visit: &Visit,
    logo: Result<Option<Logo>, Refusal>,
) -> Result<Response, Refusal> {
    let place = places::application(visit).await?;
    let saved = async {
        let mut settings = place.application.settings.clone();
        settings.brand.logo = logo?;
        let change = ApplicationChange { name: place.application.name.clone(), settings };
        let at = (place.application.id, &seen(visit));
        visit.site.console.change_application(visit.permit()?, at, &change, visit.now()).await
    };
    match saved.await {
        Ok(now) => Ok(done(&format!("{}/brand", place.base), word(now.settings.brand.logo.as_ref()))),
        Err(refusal) => {
            let page = application::brand_page(visit, &place, &refusal).await?;
            Ok(refused_form(visit, &refusal, page))
        }
    }
}

async fn set_for_domain(visit: &Visit, logo: Result<Option<Logo>, Refusal>) -> Result<Response, Refusal> {
    let place = places::domain(visit).await?;
    let saved = async {
        let mut settings = place.domain.settings.clone();
        settings.brand.logo = logo?;
        let change = DomainChange { name: place.domain.name.clone(), settings };
        let at = (place.domain.id, &seen(visit));
        visit.site.console.change_domain(visit.permit()?, at, &change, visit.now()).await
    };
    match saved.await {
        Ok(now) => Ok(done(&format!("{}/brand", place.base), word(now.settings.brand.logo.as_ref()))),
        Err(refusal) => {
            let page = domain::brand_page(visit, &place, &refusal).await?;
            Ok(refused_form(visit, &refusal, page))
        }
    }
}

const fn word(logo: Option<&Logo>) -> &'static str {
    if logo.is_some() { "logo-saved" } else { "logo-removed" }
}

/// `POST …/applications/{application}/brand/logo`
pub(super) async fn upload_for_application(visit: Visit) -> Result<Response, Refusal> {
    // Of what somebody may not see, no file is decoded.
    places::application(&visit).await?;
    let logo = uploaded(&visit, Permission::ManageApplications).await;
    set_for_application(&visit, logo.map(Some)).await
}

/// `POST …/domains/{domain}/brand/logo`
pub(super) async fn upload_for_domain(visit: Visit) -> Result<Response, Refusal> {
    places::domain(&visit).await?;
    let logo = uploaded(&visit, Permission::ManageDomains).await;
    set_for_domain(&visit, logo.map(Some)).await
}

/// `POST …/applications/{application}/brand/logo/remove`
pub(super) async fn remove_from_application(visit: Visit) -> Result<Response, Refusal> {
    set_for_application(&visit, Ok(None)).await
}

/// `POST …/domains/{domain}/brand/logo/remove`
pub(super) async fn remove_from_domain(visit: Visit) -> Result<Response, Refusal> {
    set_for_domain(&visit, Ok(None)).await
}
