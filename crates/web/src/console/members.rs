//! Members and operators: who there is, who is invited, and what each role may do.

use axum::response::Response;
use console::{
    InvitationView, Invited, ListOrder, MadeInvitation, MemberColumn, MemberFilter, MemberView,
    MembersPermit, Permission, Refusal, Role, RoleView, permission_table,
};
use model::{LinkId, MemberId};
use pages::console::{
    Action, Block, Cell, ConsoleField, ConsoleForm, ConsolePage, Crumb, Fact, FieldKind, FieldOption, Notice,
    NoticeKind, Table, TableRow, Text, Tone,
};
use texts::{Locale, Noun};

use super::{
    answer::{done, refused_form, shown, wrong, wrong_form},
    list::{List, ListFilter, SortColumn, words as words_of},
    visit::{Entered, Visit},
    words,
};

/// Where the page is, and leave to read it.
fn place(visit: &Visit) -> Result<(String, MembersPermit), Refusal> {
    match &visit.entered {
        Entered::Tenant(_) => Ok((
            visit.tenant_href("/members"),
            MembersPermit::Tenant(Box::new(visit.may(Permission::ReadMembers)?)),
        )),
        Entered::Installation(_) => {
            let caller = visit.session()?.caller(model::INSTALLATION, &visit.origin());
            let permit = visit.site.console.installation(&caller, Permission::ReadInstallation)?;
            Ok(("/operators".to_owned(), MembersPermit::Installation(Box::new(permit))))
        }
        Entered::Nothing => Err(Refusal::Forbidden),
    }
}

fn may_manage(visit: &Visit) -> bool {
    match &visit.entered {
        Entered::Tenant(_) => visit.offers(Permission::ManageMembers),
        Entered::Installation(_) => true,
        Entered::Nothing => false,
    }
}

fn is_of_operators(visit: &Visit) -> bool {
    matches!(visit.entered, Entered::Installation(_))
}

fn role_actions(base: &str, member: &MemberView, it: &RoleView) -> Vec<Action> {
    let href = |what: &str| format!("{base}/{}/{}/{what}", member.id, it.role.as_str());
    let mut actions = Vec::new();
    if !it.is_confirmed {
        actions.push(Action::act("console-role-confirm", href("confirm")));
    }
    actions.push(Action::act("console-role-remove", href("remove")).dangerous());
    actions
}

fn member_rows(visit: &Visit, base: &str, member: &MemberView) -> Vec<TableRow> {
    let row = |(at, it): (usize, &RoleView)| {
        let name = if at == 0 { member.name.clone() } else { String::new() };
        let chip = if it.is_confirmed {
            words::chip(Tone::Good, "console-role-active")
        } else {
            words::chip(Tone::Attention, "console-role-pending")
        };
        let seen = match member.seen_at {
            Some(at) => words::time(at, visit.now()),
            None => Cell::Text(Text::plain("–")),
        };
        let actions = if may_manage(visit) { role_actions(base, member, it) } else { Vec::new() };
        TableRow {
            cells: vec![
                Cell::Text(Text::plain(name)),
                Cell::Text(Text::Key(words::role(it.role))),
                Cell::Chip(chip),
                seen,
                Cell::Actions(actions),
            ],
        }
    };
    member.roles.iter().enumerate().map(row).collect()
}

fn invitation_row(visit: &Visit, base: &str, it: &InvitationView) -> TableRow {
    let href = |what: &str| format!("{base}/invitations/{}/{what}", it.id);
    let mut actions = Vec::new();
    if may_manage(visit) {
        actions.push(Action::act("console-invitation-renew", href("renew")));
        actions.push(Action::act("console-invitation-withdraw", href("withdraw")).dangerous());
    }
    let roles: Vec<String> =
        it.roles.iter().map(|role| texts::say(visit.locale, words::role(*role), &[])).collect();
    TableRow {
        cells: vec![
            Cell::Text(Text::plain(it.label.clone())),
            Cell::Text(Text::plain(roles.join(", "))),
            Cell::Text(Text::plain(it.inviter_name.clone())),
            words::time(it.expires_at, visit.now()),
            Cell::Actions(actions),
        ],
    }
}

fn invite_form(visit: &Visit, base: &str, refusal: Option<&Refusal>) -> ConsoleForm {
    let value = |name: &str| visit.form.get(name).to_owned();
    let label =
        ConsoleField::new("label", Text::Key("console-invite-label"), value("label"), FieldKind::Line(100));
    let email = ConsoleField::new(
        "email",
        Text::Key("console-invite-email"),
        value("email"),
        FieldKind::Identifier(254),
    );
    let email_help = if visit.site.has_mail { "console-invite-email-help" } else { "console-invite-no-mail" };
    let mut fields = vec![
        label
            .with_help(Text::Key("console-invite-label-help"))
            .required()
            .wrong(wrong(visit, refusal, "name")),
    ];
    if visit.site.has_mail {
        fields.push(email.with_help(Text::Key(email_help)).wrong(wrong(visit, refusal, "email")));
        let languages = Locale::ALL
            .map(|it| FieldOption::new(it.as_str(), Text::plain(texts::say(it, "language-name", &[]))))
            .to_vec();
        let chosen = visit.form.maybe("language").unwrap_or_else(|| visit.locale.as_str().to_owned());
        fields.push(ConsoleField::new(
            "language",
            Text::Key("console-invite-language"),
            chosen,
            FieldKind::Radio(languages),
        ));
    }
    if !is_of_operators(visit) {
        let option = |it: Role| FieldOption {
            help: Some(Text::Key(words::role_help(it))),
            ..FieldOption::new(it.as_str(), Text::Key(words::role(it)))
        };
        let chosen: Vec<&str> = visit.form.all("roles").collect();
        let options = Role::OF_TENANT.map(option).to_vec();
        let roles = ConsoleField::new(
            "roles",
            Text::Key("console-invite-roles"),
            chosen.join("\n"),
            FieldKind::Checkboxes(options),
        );
        fields.push(roles.wrong(wrong(visit, refusal, "roles")));
    }
    ConsoleForm {
        action: format!("{base}/invitations"),
        fields,
        submit: Text::Key("console-invite"),
        submit_id: "invite",
        error: wrong_form(visit, refusal, &["name", "email", "roles"]),
        ..ConsoleForm::default()
    }
}

fn table(id: &'static str, caption: &'static str, columns: [&'static str; 5], rows: Vec<TableRow>) -> Table {
    Table {
        id,
        caption: Text::Key(caption),
        columns: columns.map(Text::Key).to_vec(),
        rows,
        empty: Text::Key("console-members-none"),
        ..Table::default()
    }
}

const SORTS: [SortColumn<MemberColumn>; 2] = [
    SortColumn { at: 0, word: "name", by: MemberColumn::Name, is_time: false },
    SortColumn { at: 3, word: "seen", by: MemberColumn::Seen, is_time: true },
];

const BY_NAME: ListOrder<MemberColumn> = ListOrder { by: MemberColumn::Name, is_descending: false };

/// By state; by role where there are several.
fn filters(visit: &Visit) -> Vec<ListFilter> {
    let states = words_of(&[("active", "console-role-active"), ("pending", "console-role-pending")]);
    let mut filters = vec![ListFilter::asked(visit, ("state", "console-column-state"), states)];
    if !is_of_operators(visit) {
        let option = |it: Role| FieldOption::new(it.as_str(), Text::Key(words::role(it)));
        let roles = Role::OF_TENANT.map(option).to_vec();
        filters.push(ListFilter::asked(visit, ("role", "console-column-role"), roles));
    }
    filters
}

async fn whole_page(visit: &Visit, refusal: Option<&Refusal>) -> Result<ConsolePage, Refusal> {
    let (base, reading) = place(visit)?;
    let list = List::asked(visit, base.clone(), &SORTS, BY_NAME).filtered(filters(visit));
    let filter = MemberFilter {
        role: list.chosen("role").and_then(Role::parse),
        is_confirmed: list.chosen("state").map(|it| it == "active"),
    };
    let found = visit.site.console.find_members(&reading, list.query(filter)).await?;
    let invited = visit.site.console.invitations(&reading, visit.now()).await?;
    let rows = found.rows.iter().flat_map(|it| member_rows(visit, &base, it)).collect();
    let columns = [
        "console-column-name",
        "console-column-role",
        "console-column-state",
        "console-column-seen",
        "console-column-actions",
    ];
    let members = Table {
        sorts: list.sorts(),
        empty: Text::Key(if list.is_searched() { "console-none-found" } else { "console-members-none" }),
        pager: list.pager(&found, "console-members-count"),
        ..table("members", "console-members-title", columns, rows)
    };
    let mut blocks = vec![Block::Table(members)];
    if !invited.is_empty() {
        let rows = invited.iter().map(|it| invitation_row(visit, &base, it)).collect();
        let columns = [
            "console-column-name",
            "console-column-role",
            "console-column-invited-by",
            "console-column-until",
            "console-column-actions",
        ];
        blocks.push(Block::Heading { id: "invited", text: Text::Key("console-invited"), lead: None });
        blocks.push(Block::Table(table("invitations", "console-invited", columns, rows)));
    }
    if may_manage(visit) {
        let lead = Some(Text::Key("console-invite-lead"));
        blocks.push(Block::Heading { id: "invite-somebody", text: Text::Key("console-invite-title"), lead });
        blocks.push(Block::Form(invite_form(visit, &base, refusal)));
    }
    let (heading, lead) = if is_of_operators(visit) {
        ("console-operators-title", "console-operators-lead")
    } else {
        blocks.push(Block::Actions(vec![
            Action::to("console-roles-link", format!("{base}/roles")).named("roles"),
        ]));
        ("console-members-title", "console-members-lead")
    };
    Ok(ConsolePage {
        heading: Text::Key(heading),
        lead: Some(Text::Key(lead)),
        blocks,
        ..ConsolePage::default()
    })
}

/// `GET /t/{tenant}/members`
pub(super) async fn members(visit: Visit) -> Result<Response, Refusal> {
    let page = whole_page(&visit, None).await?;
    Ok(shown(&visit, page))
}

/// `GET /operators`
pub(super) async fn operators(visit: Visit) -> Result<Response, Refusal> {
    members(visit).await
}

/// The page that shows the link of an invitation, this one time.
fn made_page(visit: &Visit, base: &str, made: &MadeInvitation) -> ConsolePage {
    let link = format!("{}/invitation/{}/{}", visit.site.origin(), made.id, made.code.expose());
    let text = if made.is_written { "console-invited-by-letter" } else { "console-invited-by-link" };
    let mut page = ConsolePage {
        heading: Text::Key("console-invited-title"),
        message: Some(Notice { kind: NoticeKind::Done, text: Text::Key(text), action: None }),
        blocks: vec![
            Block::Secret { label: Text::Key("console-invitation-link"), value: link, id: "invitation-link" },
            Block::Actions(vec![Action::to("console-back", base.to_owned()).named("back")]),
        ],
        ..ConsolePage::default()
    };
    let title = if is_of_operators(visit) { "console-operators-title" } else { "console-members-title" };
    page.frame.crumbs = vec![Crumb { label: Text::Key(title), href: base.to_owned() }];
    page
}

/// `POST …/invitations`
pub(super) async fn invite(visit: Visit) -> Result<Response, Refusal> {
    let (base, _) = place(&visit)?;
    let roles = if is_of_operators(&visit) {
        vec![Role::Operator]
    } else {
        visit.form.all("roles").filter_map(Role::parse).collect()
    };
    let invited = Invited {
        roles,
        label: visit.form.get("label").to_owned(),
        email: visit.form.maybe("email").filter(|_| visit.site.has_mail),
        locale: Locale::parse(visit.form.get("language")).unwrap_or(visit.locale),
        inviter_name: visit.session()?.name.clone(),
    };
    match visit.site.console.invite(&visit.members_permit()?, &invited, visit.now()).await {
        Ok(made) => Ok(shown(&visit, made_page(&visit, &base, &made))),
        Err(refusal) => {
            let page = whole_page(&visit, Some(&refusal)).await?;
            Ok(refused_form(&visit, &refusal, page))
        }
    }
}

fn invitation(visit: &Visit) -> Result<LinkId, Refusal> {
    LinkId::parse(visit.param("id")).map_err(|_| Refusal::NotFound(Noun::Invitation))
}

/// `POST …/invitations/{id}/renew`
pub(super) async fn renew(visit: Visit) -> Result<Response, Refusal> {
    let (base, _) = place(&visit)?;
    let made = visit
        .site
        .console
        .renew_invitation(&visit.members_permit()?, invitation(&visit)?, visit.now())
        .await?;
    Ok(shown(&visit, made_page(&visit, &base, &made)))
}

/// `POST …/invitations/{id}/withdraw`
pub(super) async fn withdraw(visit: Visit) -> Result<Response, Refusal> {
    let (base, _) = place(&visit)?;
    visit
        .site
        .console
        .withdraw_invitation(&visit.members_permit()?, invitation(&visit)?, visit.now())
        .await?;
    Ok(done(&base, "withdrawn"))
}

fn member_and_role(visit: &Visit) -> Result<(MemberId, Role), Refusal> {
    let missing = || Refusal::NotFound(Noun::Member);
    let member = MemberId::parse(visit.param("member")).map_err(|_| missing())?;
    Ok((member, Role::parse(visit.param("role")).ok_or_else(missing)?))
}

/// `POST …/{member}/{role}/confirm`
pub(super) async fn confirm(visit: Visit) -> Result<Response, Refusal> {
    let (base, _) = place(&visit)?;
    visit.site.console.confirm_role(&visit.members_permit()?, member_and_role(&visit)?, visit.now()).await?;
    Ok(done(&base, "confirmed"))
}

/// `POST …/{member}/{role}/remove`
pub(super) async fn remove(visit: Visit) -> Result<Response, Refusal> {
    let (base, _) = place(&visit)?;
    visit.site.console.remove_role(&visit.members_permit()?, member_and_role(&visit)?, visit.now()).await?;
    Ok(done(&base, "removed"))
}

/// What a permission lets somebody do, as a sentence.
fn permitted(visit: &Visit, permission: &str) -> String {
    texts::say(visit.locale, &format!("console-permission-{}", permission.replace('_', "-")), &[])
}

/// The table that the program asks: for each permission the roles of people that have it.
fn table_of_people() -> Vec<(String, Vec<Role>)> {
    let text = permission_table();
    let mut lines = text.lines().map(|it| it.split_whitespace().collect::<Vec<_>>());
    let head = lines.next().unwrap_or_default();
    let row = |line: Vec<&str>| {
        let has = |(at, word): (usize, &&str)| {
            let role = Role::parse(word).filter(|it| is_person(*it))?;
            (line.get(at) == Some(&"yes")).then_some(role)
        };
        let roles: Vec<Role> = head.iter().enumerate().filter_map(has).collect();
        (line.first().copied().unwrap_or_default().to_owned(), roles)
    };
    lines.map(row).filter(|(_, roles)| !roles.is_empty()).collect()
}

/// `GET /t/{tenant}/members/roles`: what each role may do, from the table that is asked.
pub(super) async fn roles(visit: Visit) -> Result<Response, Refusal> {
    let all = table_of_people();
    let section = |role: Role| {
        let has = |(_, roles): &&(String, Vec<Role>)| roles.contains(&role);
        let sentences = all.iter().filter(has).map(|(it, _)| Text::plain(permitted(&visit, it)));
        let lead = Some(Text::Key(words::role_help(role)));
        let may = Fact { values: sentences.collect(), ..Fact::new("console-roles-may", Text::default()) };
        [Block::Heading { id: "", text: Text::Key(words::role(role)), lead }, Block::Facts(vec![may])]
    };
    let row = |(permission, roles): &(String, Vec<Role>)| {
        let mark = |role: Role| {
            Cell::Text(if roles.contains(&role) { Text::Key("console-yes") } else { Text::plain("–") })
        };
        let mut cells = vec![Cell::Text(Text::plain(permitted(&visit, permission)))];
        cells.extend(Role::OF_TENANT.map(mark));
        TableRow { cells }
    };
    let of_tenant = |(_, roles): &&(String, Vec<Role>)| roles.iter().any(|it| Role::OF_TENANT.contains(it));
    let mut names = vec![Text::Key("console-column-permission")];
    names.extend(Role::OF_TENANT.map(|role| Text::Key(words::role(role))));
    let table = Table {
        id: "roles",
        caption: Text::Key("console-roles-title"),
        rows: all.iter().filter(of_tenant).map(row).collect(),
        columns: names,
        ..Table::default()
    };
    let mut page = ConsolePage {
        heading: Text::Key("console-roles-title"),
        lead: Some(Text::Key("console-roles-lead")),
        blocks: Role::OF_TENANT
            .into_iter()
            .flat_map(section)
            .chain([Block::More {
                label: Text::Key("console-roles-table"),
                blocks: vec![Block::Table(table)],
            }])
            .collect(),
        ..ConsolePage::default()
    };
    page.frame.crumbs =
        vec![Crumb { label: Text::Key("console-members-title"), href: visit.tenant_href("/members") }];
    Ok(shown(&visit, page))
}

fn is_person(role: Role) -> bool {
    role == Role::Operator || Role::OF_TENANT.contains(&role)
}

#[cfg(test)]
mod tests {
    use texts::{Locale, UNTRANSLATED};

    use super::table_of_people;

    #[test]
    fn every_permission_that_a_person_can_have_is_a_sentence() {
        for (permission, _) in table_of_people() {
            let key = format!("console-permission-{}", permission.replace('_', "-"));
            assert!(!texts::say(Locale::En, &key, &[]).contains(UNTRANSLATED), "{key}");
        }
    }
}
