//! Nouns and rules of Portvakt. Pure: no I/O, no async, no clock; every function can be tested with literals.

mod admin_message;
mod answers;
mod application;
mod application_kind;
mod audit;
mod bank;
mod bin;
mod brand;
mod browser_session;
mod claim_rules;
mod clock_watch;
mod color;
mod company;
pub mod compatible;
mod date;
mod domain_settings;
mod eid_health;
mod entered;
mod environment;
mod event_details;
mod grant;
mod id;
mod identity_source_settings;
mod imported_subject;
mod job;
mod limit;
mod live_check;
mod login;
mod login_method;
mod mobile_app;
mod nin;
mod order;
mod organisation_number;
mod payload;
mod person;
mod person_name;
mod phone;
mod readiness;
mod redirect_uri;
mod refresh_token;
#[cfg(test)]
mod settings_page;
mod signing_key;
mod signing_rule;
mod standard_claims;
mod subject;
mod test_user;
mod time;
mod trial;
mod working_days;

pub use answers::{IdTokenResponse, ResponseModes, UserinfoResponse};
pub use application::{
    ApplicationSettings, ClientAuthentication, ORDER_DESK, ORDER_DESK_APPLICATION, Origin, Pkce, Sector,
    SettingsError,
};
pub use application_kind::ApplicationKind;
pub use audit::{Action, AuditContext, AuditEvent, AuditPersonal, INSTALLATION, head_mac};
pub use bank::{BANKS, Bank, bank_of_number, banks_listed, find_banks};
pub use bin::{KEPT_IN_BIN, destroyed_at};
pub use brand::{Brand, BrandError, Logo};
pub use browser_session::BrowserSession;
pub use claim_rules::{Released, release, remove_named, scopes_of_named};
pub use clock_watch::{ClockJump, ClockWatch};
pub use color::{Color, DARK_PAGE, LIGHT_PAGE, Shades};
pub use company::{
    Company, CompanyRole, CompanyState, LanguageForm, PostalAddress, Registrations, RegistryCode, RoleHolder,
    people_in_office,
};
pub use compatible::{CompatibleSettings, Profile, PropertyFormat};
pub use date::Date;
pub use domain_settings::{Controller, DomainSettings, SessionLimits};
pub use eid_health::{EidHealth, EidStatus, Witness};
pub use entered::{EnteredError, check_client_secret, check_domain_host, check_name, has_hidden, name_key};
pub use environment::{EidEnvironment, Environment};
pub use event_details::{AuthenticationFailure, EventDetails, shortened, shown_uri};
pub use grant::{Grant, Lifetimes};
pub use id::{
    ApiKeyId, ApplicationId, DomainId, GrantId, IdentitySourceId, IssuerId, LeaseId, LetterId, LinkId,
    LoginEventId, MalformedId, MemberId, OrderId, PlanId, SecretId, SessionId, TenantId, TestUserId,
};
pub use identity_source_settings::{IdentitySourceSettings, IdentitySourceSettingsError, Notice};
pub use imported_subject::SubjectRoom;
pub use job::{JOB_ATTEMPTS, JOB_LEASE, LONGEST_BACK_OFF, next_attempt_at};
pub use limit::Rate;
pub use live_check::{
    CHECKED_IN, CheckFinding, CheckLine, CheckState, CheckSubject, MOST_CHECKS, check_state, check_wait,
};
pub use login::{
    AuthorizationRequest, LOGIN_FOR, Login, Memo, Parked, Phase, Trouble, UpstreamRequest, upstream_client,
};
pub use login_method::{Acr, Level, LoginMethod, MethodKind};
pub use mobile_app::{
    ANDROID_CALLBACK, AndroidApp, AppleApp, IOS_CALLBACK, MobileAppError, apple_app_site_association,
    asset_links,
};
pub use nin::{Nin, NinKind};
pub use order::{
    AgreementState, Circumstances, CompanyAnswer, CompanySource, Contact, Evidence, Handover, IssuerSettings,
    LONGEST_TEMPLATE, Lack, MOST_BLOCK_CONTACTS, MOST_OPERATIONS_CONTACTS, NumberAnswer, OrderAnswers,
    OrderEvent, OrderFacts, OrderSection, OrderState, OrderTurn, OutOfTurn, PRODUCTS, QuestionCatalogue,
    SectionState, SignatoryAnswer, TEMPLATE_PLACEHOLDERS, TemplateError, TemplateKind, TemplateLanguage,
    TemplateValues, UsedTemplate, UsedTemplates, checked_template, filled_template, lacks,
    next as next_order_state, template_paragraphs,
};
pub use organisation_number::{AllowedUnits, OrganisationNumber, OrganisationNumberError};
pub use payload::Payload;
pub use person::{Address, MoreProfile, Person, Proof, ProvedToken};
pub use person_name::{NameKey, NameMismatch, PersonKey, RegisteredPerson, match_person};
pub use phone::{PhoneError, PhoneNumber};
pub use readiness::{EidStage, ReadinessFacts, ReadinessItem, ReadinessRow, Turn, readiness};
pub use redirect_uri::{RedirectUriError, check_redirect_uri, matches_redirect_uri};
pub use refresh_token::{REFRESH_GRACE, RefreshTimes, RefreshUse};
pub use signing_key::{
    KEY_SET_KEPT_FOR, KeySchedule, KeyTimes, current_key, may_sign_from, missing_key, next_key, signs_now,
    stands_in_jwks,
};
pub use signing_rule::{
    Availability, ByHand, Combination, OfferedCombination, Place, RuleStatus, Signatory, SignatoryApproval,
    SigningRule, SigningRuleId, completed, offered_combinations,
};
pub use standard_claims::{ClaimError, StandardAddress, StandardClaims};
pub use subject::{SubjectOf, derive_compatible_subject, derive_subject};
pub use test_user::{TestUser, TestUserError};
pub use time::Timestamp;
pub use trial::{TRIAL_WAYS, TrialAnswer, TrialLogin, TrialOutcome, TrialReturn, TrialWay};
pub use working_days::{add_working_days, is_working_day, public_holidays, working_days_between};
