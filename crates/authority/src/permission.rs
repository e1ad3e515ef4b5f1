//! The table: which role may do what.

use model::Environment;

use crate::{Actor, Role};

macro_rules! permissions {
    ($($(#[$about:meta])* $variant:ident = $word:literal),* $(,)?) => {
        /// What can be permitted.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Permission {
            $($(#[$about])* $variant,)*
        }

        impl Permission {
            /// Every permission, in the order of the table.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// The word in the table and in logs.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)*
                }
            }
        }
    };
}

permissions! {
    /// Listing tenants, and reading what is of no tenant.
    ReadInstallation = "read_installation",
    /// Making tenants.
    CreateTenants = "create_tenants",
    /// Giving tenants other names.
    RenameTenants = "rename_tenants",
    /// Disabling tenants, and enabling them again.
    SwitchTenants = "switch_tenants",
    /// Deleting tenants, and restoring them.
    DeleteTenants = "delete_tenants",
    /// Applying a declaration of the whole installation.
    Declare = "declare",
    /// Writing and restoring backups.
    BackUp = "back_up",
    /// Wrapping data keys under another master key.
    RewrapKeys = "rewrap_keys",
    /// Sending test letters, sending again what could not be sent, and discarding it.
    ManageLetters = "manage_letters",
    /// Keeping the register of issuers.
    ManageIssuers = "manage_issuers",
    /// Writing new versions of the texts of the documents of orders.
    ManageTemplates = "manage_templates",
    /// Reading domains, applications, identity sources, test users, and what keys there are.
    ReadSettings = "read_settings",
    /// Reading and verifying the audit trail.
    ReadAudit = "read_audit",
    /// Reading what happened in logins, and the browser sessions.
    ReadLogins = "read_logins",
    /// Reading who is a member, in which roles, and who is invited.
    ReadMembers = "read_members",
    /// Inviting members, confirming and removing their roles.
    ManageMembers = "manage_members",
    /// Inviting operators, confirming and removing them.
    ManageOperators = "manage_operators",
    /// Becoming what an invitation says.
    AcceptInvitation = "accept_invitation",
    /// Refusing a role that waits to be confirmed, and is one's own.
    DeclineRole = "decline_role",
    /// Making and changing domains.
    ManageDomains = "manage_domains",
    /// Deleting domains, and restoring them.
    DeleteDomains = "delete_domains",
    /// Making and changing applications.
    ManageApplications = "manage_applications",
    /// Disabling applications; enabling them again is managing.
    DisableApplications = "disable_applications",
    /// Deleting applications, and restoring them.
    DeleteApplications = "delete_applications",
    /// Making and retiring client secrets.
    ManageSecrets = "manage_secrets",
    /// Trying logins in an application's place.
    RunTrials = "run_trials",
    /// Setting credentials and settings of identity sources.
    ManageSources = "manage_sources",
    /// Checking identity sources live; it changes nothing of them.
    CheckSources = "check_sources",
    /// Disabling identity sources; enabling them again is managing.
    DisableSources = "disable_sources",
    /// Making, changing and removing test users.
    ManageTestUsers = "manage_test_users",
    /// Importing applications and subjects.
    Import = "import",
    /// Publishing and rotating signing keys.
    RotateKeys = "rotate_keys",
    /// Withdrawing a compromised signing key.
    WithdrawKeys = "withdraw_keys",
    /// Ending browser sessions.
    EndSessions = "end_sessions",
    /// Reading orders of credentials, with their documents.
    ReadOrders = "read_orders",
    /// Beginning, filling in, submitting and giving up orders.
    ManageOrders = "manage_orders",
    /// Reviewing, sealing and sending orders, and writing down what an issuer says.
    DecideOrders = "decide_orders",
    /// The same for sandbox orders, of which nothing is real: whoever orders plays the operator's part and the issuer's.
    DecideSandboxOrders = "decide_sandbox",
    /// Entering the credentials that an order brought.
    ReceiveCredentials = "receive_credentials",
    /// Doing what the link of an order asks for: approving, confirming, beginning to receive.
    AnswerOrder = "answer_order",
    /// Moving an order on when its time has run out or somebody has logged in.
    MoveOrders = "move_orders",
    /// Erasing what tells about a person in the audit trail.
    ErasePersonal = "erase_personal",
    /// Destroying what has been in the bin for long enough.
    Destroy = "destroy",
}

/// On which domains a permission counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum On {
    /// On all.
    Every,
    /// On test domains.
    Test,
}

/// A row of the table.
struct Rule {
    permission: Permission,
    /// Who has it.
    roles: &'static [Role],
    /// Whether a program may have it, through the roles of its API key.
    api_keys: bool,
    /// Where it counts.
    on: On,
}

const fn rule(permission: Permission, roles: &'static [Role], api_keys: bool, on: On) -> Rule {
    Rule { permission, roles, api_keys, on }
}

use Permission as P;
use Role::{
    Auditor, BlockContact, Developer, Invited, LinkHolder, Operator, OrderReceiver, Orderer, Owner, Receiver,
    Worker,
};

/// Every role of a tenant, and those who act for the installation.
const READERS: &[Role] = &[Operator, Owner, Developer, Receiver, Orderer, BlockContact, Auditor, Worker];

/// The same, and who receives the credentials of an order for a domain.
const SETTINGS_READERS: &[Role] =
    &[Operator, Owner, Developer, Receiver, OrderReceiver, Orderer, BlockContact, Auditor, Worker];

/// Who may do what. What is not in it is forbidden.
const TABLE: &[Rule] = &[
    rule(P::ReadInstallation, &[Operator, Worker], false, On::Every),
    rule(P::CreateTenants, &[Operator], false, On::Every),
    rule(P::RenameTenants, &[Operator], false, On::Every),
    rule(P::SwitchTenants, &[Operator], false, On::Every),
    rule(P::DeleteTenants, &[Operator], false, On::Every),
    rule(P::Declare, &[Operator], false, On::Every),
    rule(P::BackUp, &[Operator], false, On::Every),
    rule(P::RewrapKeys, &[Operator], false, On::Every),
    rule(P::ManageLetters, &[Operator], false, On::Every),
    rule(P::ManageIssuers, &[Operator], false, On::Every),
    rule(P::ManageTemplates, &[Operator], false, On::Every),
    rule(P::ReadSettings, SETTINGS_READERS, true, On::Every),
    rule(P::ReadAudit, &[Operator, Owner, Auditor, Worker], true, On::Every),
    rule(P::ReadLogins, &[Operator, Owner, Developer, Auditor], true, On::Every),
    rule(P::ReadMembers, READERS, false, On::Every),
    rule(P::ManageMembers, &[Operator, Owner], false, On::Every),
    rule(P::ManageOperators, &[Operator], false, On::Every),
    rule(P::AcceptInvitation, &[LinkHolder], false, On::Every),
    rule(P::DeclineRole, &[Invited], false, On::Every),
    rule(P::ManageDomains, &[Operator, Owner], false, On::Every),
    rule(P::DeleteDomains, &[Operator, Owner], false, On::Every),
    rule(P::ManageApplications, &[Operator, Owner, Developer], true, On::Every),
    rule(P::DisableApplications, &[Operator, Owner, Developer, BlockContact], true, On::Every),
    rule(P::DeleteApplications, &[Operator, Owner, Developer], false, On::Every),
    rule(P::ManageSecrets, &[Operator, Owner, Developer], true, On::Every),
    rule(P::RunTrials, &[Operator, Owner, Developer], false, On::Every),
    rule(P::ManageSources, &[Operator, Owner, Receiver], false, On::Every),
    rule(P::CheckSources, &[Operator, Owner, Developer, Receiver, OrderReceiver, Worker], false, On::Every),
    rule(P::DisableSources, &[Operator, Owner, BlockContact], false, On::Every),
    rule(P::ManageTestUsers, &[Operator, Owner, Developer], true, On::Test),
    rule(P::Import, &[Operator, Owner], false, On::Every),
    rule(P::RotateKeys, &[Operator, Owner, Worker], false, On::Every),
    rule(P::WithdrawKeys, &[Operator, Owner], false, On::Every),
    rule(P::EndSessions, &[Operator, Owner], false, On::Every),
    rule(P::ReadOrders, &[Operator, Owner, Orderer, Receiver, Auditor], false, On::Every),
    rule(P::ManageOrders, &[Operator, Owner, Orderer], false, On::Every),
    rule(P::DecideOrders, &[Operator], false, On::Every),
    rule(P::DecideSandboxOrders, &[Operator, Owner, Orderer], false, On::Test),
    rule(P::ReceiveCredentials, &[Receiver, OrderReceiver, Worker], false, On::Every),
    rule(P::AnswerOrder, &[LinkHolder], false, On::Every),
    rule(P::MoveOrders, &[Worker], false, On::Every),
    rule(P::ErasePersonal, &[Operator, Owner], false, On::Every),
    rule(P::Destroy, &[Worker], false, On::Every),
];

fn find(permission: Permission) -> Option<&'static Rule> {
    TABLE.iter().find(|it| it.permission == permission)
}

/// Says whether the actor has the permission.
pub(crate) fn may(actor: &Actor, permission: Permission) -> bool {
    find(permission).is_some_and(|rule| {
        let has_role = actor.roles().iter().any(|role| rule.roles.contains(role));
        has_role && (rule.api_keys || !matches!(actor, Actor::ApiKey { .. }))
    })
}

/// Says whether the permission counts on domains of this environment.
pub(crate) fn counts_on(permission: Permission, environment: Environment) -> bool {
    find(permission).is_some_and(|rule| rule.on == On::Every || environment == Environment::Test)
}

/// Writes the table: a row for each permission, a column for each role, then API keys and environment.
pub fn table() -> String {
    let mark = |has: bool| if has { "yes" } else { "-" };
    let mut text = format!("{:<20}", "permission");
    Role::ALL.iter().for_each(|role| text.push_str(&format!(" {}", role.as_str())));
    text.push_str(" api_key domains\n");
    for rule in TABLE {
        text.push_str(&format!("{:<20}", rule.permission.as_str()));
        for role in Role::ALL {
            text.push_str(&format!(" {:<1$}", mark(rule.roles.contains(role)), role.as_str().len()));
        }
        let on = if rule.on == On::Every { "all" } else { "test" };
        text.push_str(&format!(" {:<7} {on}\n", mark(rule.api_keys)));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{Permission, TABLE, counts_on, may, table};
    use crate::{Actor, Role};
    use model::{ApiKeyId, ApplicationId, Environment, LinkId, TenantId};

    #[test]
    fn one_table_says_which_role_may_do_what() {
        insta::assert_snapshot!(table(), @r"
        permission           operator owner developer receiver order_receiver orderer block_contact auditor worker application link_holder invited api_key domains
        read_installation    yes      -     -         -        -              -       -             -       yes    -           -           -       -       all
        create_tenants       yes      -     -         -        -              -       -             -       -      -           -           -       -       all
        rename_tenants       yes      -     -         -        -              -       -             -       -      -           -           -       -       all
        switch_tenants       yes      -     -         -        -              -       -             -       -      -           -           -       -       all
        delete_tenants       yes      -     -         -        -              -       -             -       -      -           -           -       -       all
        declare              yes      -     -         -        -              -       -             -       -      -           -           -       -       all
        back_up              yes      -     -         -        -              -       -             -       -      -           -           -       -       all
        rewrap_keys          yes      -     -         -        -              -       -             -       -      -           -           -       -       all
        manage_letters       yes      -     -         -        -              -       -             -       -      -           -           -       -       all
        manage_issuers       yes      -     -         -        -              -       -             -       -      -           -           -       -       all
        manage_templates     yes      -     -         -        -              -       -             -       -      -           -           -       -       all
        read_settings        yes      yes   yes       yes      yes            yes     yes           yes     yes    -           -           -       yes     all
        read_audit           yes      yes   -         -        -              -       -             yes     yes    -           -           -       yes     all
        read_logins          yes      yes   yes       -        -              -       -             yes     -      -           -           -       yes     all
        read_members         yes      yes   yes       yes      -              yes     yes           yes     yes    -           -           -       -       all
        manage_members       yes      yes   -         -        -              -       -             -       -      -           -           -       -       all
        manage_operators     yes      -     -         -        -              -       -             -       -      -           -           -       -       all
        accept_invitation    -        -     -         -        -              -       -             -       -      -           yes         -       -       all
        decline_role         -        -     -         -        -              -       -             -       -      -           -           yes     -       all
        manage_domains       yes      yes   -         -        -              -       -             -       -      -           -           -       -       all
        delete_domains       yes      yes   -         -        -              -       -             -       -      -           -           -       -       all
        manage_applications  yes      yes   yes       -        -              -       -             -       -      -           -           -       yes     all
        disable_applications yes      yes   yes       -        -              -       yes           -       -      -           -           -       yes     all
        delete_applications  yes      yes   yes       -        -              -       -             -       -      -           -           -       -       all
        manage_secrets       yes      yes   yes       -        -              -       -             -       -      -           -           -       yes     all
        run_trials           yes      yes   yes       -        -              -       -             -       -      -           -           -       -       all
        manage_sources       yes      yes   -         yes      -              -       -             -       -      -           -           -       -       all
        check_sources        yes      yes   yes       yes      yes            -       -             -       yes    -           -           -       -       all
        disable_sources      yes      yes   -         -        -              -       yes           -       -      -           -           -       -       all
        manage_test_users    yes      yes   yes       -        -              -       -             -       -      -           -           -       yes     test
        import               yes      yes   -         -        -              -       -             -       -      -           -           -       -       all
        rotate_keys          yes      yes   -         -        -              -       -             -       yes    -           -           -       -       all
        withdraw_keys        yes      yes   -         -        -              -       -             -       -      -           -           -       -       all
        end_sessions         yes      yes   -         -        -              -       -             -       -      -           -           -       -       all
        read_orders          yes      yes   -         yes      -              yes     -             yes     -      -           -           -       -       all
        manage_orders        yes      yes   -         -        -              yes     -             -       -      -           -           -       -       all
        decide_orders        yes      -     -         -        -              -       -             -       -      -           -           -       -       all
        decide_sandbox       yes      yes   -         -        -              yes     -             -       -      -           -           -       -       test
        receive_credentials  -        -     -         yes      yes            -       -             -       yes    -           -           -       -       all
        answer_order         -        -     -         -        -              -       -             -       -      -           yes         -       -       all
        move_orders          -        -     -         -        -              -       -             -       yes    -           -           -       -       all
        erase_personal       yes      yes   -         -        -              -       -             -       -      -           -           -       -       all
        destroy              -        -     -         -        -              -       -             -       yes    -           -           -       -       all
        ");
    }

    #[test]
    fn every_permission_has_one_row() {
        let rows: Vec<_> = TABLE.iter().map(|it| it.permission).collect();
        assert_eq!(rows, Permission::ALL);
    }

    #[test]
    fn a_worker_rotates_keys_moves_and_checks_orders_and_destroys_what_was_deleted() {
        let worker = Actor::Worker("keys");
        let changes = Permission::ALL.iter().filter(|it| !it.as_str().starts_with("read"));
        let allowed: Vec<_> = changes.filter(|it| may(&worker, **it)).collect();
        let wanted = [
            &Permission::CheckSources,
            &Permission::RotateKeys,
            &Permission::ReceiveCredentials,
            &Permission::MoveOrders,
            &Permission::Destroy,
        ];
        assert_eq!(allowed, wanted);
    }

    #[test]
    fn the_key_of_a_program_has_less_than_the_roles_that_it_was_given() {
        let tenant = TenantId::from_bytes([1; 16]);
        let key = Actor::ApiKey { id: ApiKeyId::from_bytes([2; 16]), tenant, roles: vec![Role::Owner] };
        assert!(may(&key, Permission::ManageApplications) && !may(&key, Permission::ManageSources));
    }

    #[test]
    fn an_application_has_no_permission_yet_and_the_holder_of_a_link_may_do_what_links_are_for() {
        let tenant = TenantId::from_bytes([1; 16]);
        let id = LinkId::from_bytes([3; 16]);
        let holder = Actor::LinkHolder { id, tenant, purpose: "approve".to_owned(), bound_eid: None };
        let application = Actor::Application { id: ApplicationId::from_bytes([2; 16]), tenant };
        assert!(Permission::ALL.iter().all(|it| !may(&application, *it)));
        let allowed: Vec<_> = Permission::ALL.iter().filter(|it| may(&holder, **it)).collect();
        assert_eq!(allowed, [&Permission::AcceptInvitation, &Permission::AnswerOrder]);
    }

    #[test]
    fn the_receiver_of_a_sandbox_order_has_the_permissions_of_one_and_no_others() {
        let receiver =
            Actor::SandboxReceiver { id: LinkId::from_bytes([3; 16]), tenant: TenantId::from_bytes([1; 16]) };
        let allowed: Vec<_> = Permission::ALL.iter().filter(|it| may(&receiver, **it)).collect();
        let wanted = [&Permission::ReadSettings, &Permission::CheckSources, &Permission::ReceiveCredentials];
        assert_eq!(allowed, wanted);
        assert!(receiver.acts_in(TenantId::from_bytes([1; 16])) && !receiver.acts_in_every_tenant());
        assert!(!receiver.acts_in(TenantId::from_bytes([2; 16])));
    }

    #[test]
    fn test_users_are_managed_and_sandbox_orders_decided_on_test_domains_only() {
        for permission in [Permission::ManageTestUsers, Permission::DecideSandboxOrders] {
            assert!(counts_on(permission, Environment::Test));
            assert!(!counts_on(permission, Environment::Production));
        }
    }
}
