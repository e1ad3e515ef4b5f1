//! Subjects that somebody brings: what people were known by before.

use std::collections::HashMap;

use changes::subjects::counts;
use crypto::{Digest, b64};
use model::{ApplicationId, ApplicationSettings, DomainId, EidEnvironment, Sector, SubjectOf, SubjectRoom};
use serde_json::json;
use store::{StoreError, applications, domains, imported_subjects, subject_keys};
use texts::{AdminMessage, Noun, Quoted};

use super::{
    compared::{Object, state},
    entry::Entry,
    plan::{Declined, Verb, named},
    planned_write::{PlannedSubjects, PlannedWrite},
    planner::Planner,
};
use crate::{Refusal, Tenant, tenants::PAGE};

/// How many are looked up in one read.
const AT_ONCE: usize = 500;

/// A subject, read and not yet compared.
struct BroughtSubjects {
    path: String,
    room: usize,
    person: Digest,
    sub: String,
    sub_digest: Digest,
}

/// The applications of a client id, one for each domain that has it.
type Named = Vec<(ApplicationId, Sector)>;

/// The rooms of an import, and how many subjects come into each.
#[derive(Default)]
struct Rooms {
    all: Vec<SubjectRoom>,
    known: HashMap<(EidEnvironment, Option<ApplicationId>), usize>,
    sectors: HashMap<(String, Option<String>), Named>,
}

/// Says what a subject must be: what an application keeps in a column and a header.
fn is_sub(text: &str) -> bool {
    (1..=255).contains(&text.len()) && text.bytes().all(|it| matches!(it, 0x21..=0x7e))
}

fn is_stable_id(text: &str) -> bool {
    (1..=255).contains(&text.chars().count()) && !text.contains(char::is_control) && text.trim() == text
}

impl Planner<'_> {
    /// Plans the subjects of an import. A person who has another subject already keeps it, and that is an error.
    pub(crate) async fn subjects(
        &mut self,
        tenant: &Tenant,
        entries: Vec<Entry<'_>>,
    ) -> Result<(), Declined> {
        let (mut rooms, mut all) = (Rooms::default(), Vec::with_capacity(entries.len()));
        for mut entry in entries {
            if let Some(brought) = self.subject(tenant, &mut entry, &mut rooms).await? {
                all.push(brought);
            }
            entry.nothing_else(&mut self.faults);
        }
        self.compare_with_each_other(&all);
        let missing = self.compare_with_stored(tenant, &rooms, all).await?;
        self.insert_subjects(tenant, &rooms, missing)?;
        Ok(())
    }

    async fn subject(
        &mut self,
        tenant: &Tenant,
        entry: &mut Entry<'_>,
        rooms: &mut Rooms,
    ) -> Result<Option<BroughtSubjects>, Refusal> {
        let faults = &mut self.faults;
        let environment =
            entry.word("environment", (EidEnvironment::parse, &["production", "test", "sandbox"]), faults);
        let eid = entry.word("eid", (super::sources::parse_source, &super::sources::known_sources()), faults);
        let stable_id = entry.required("stable_id", faults);
        let stable_id = stable_id.filter(|it| is_stable_id(it)).or_else(|| {
            if stable_id.is_some() {
                faults.wrong(&entry.at("stable_id"), AdminMessage::StableIdInvalid);
            }
            None
        });
        let sub = entry.required("sub", faults);
        let sub = sub.filter(|it| is_sub(it)).or_else(|| {
            if sub.is_some() {
                faults.wrong(&entry.at("sub"), AdminMessage::SubInvalid);
            }
            None
        });
        let domain = entry.text("domain", faults).map(str::to_owned);
        let sector = entry.required("sector", faults).map(str::to_owned);
        let (Some(environment), Some(sector)) = (environment, sector) else { return Ok(None) };
        let of = self.sector(tenant, entry, (sector, domain), rooms).await?;
        let (Some(of), Some(eid), Some(stable_id), Some(sub)) = (of, eid, stable_id, sub) else {
            return Ok(None);
        };
        let room = self.room(tenant, (environment, of), rooms).await?;
        let Some(found) = rooms.all.get(room) else { return Ok(None) };
        let (person, sub_digest) = (found.person_digest(eid, stable_id), found.sub_digest(sub));
        Ok(Some(BroughtSubjects { path: entry.path.clone(), room, person, sub: sub.to_owned(), sub_digest }))
    }

    /// Finds whose a sector is: `Some(None)` the tenant's.
    async fn sector(
        &mut self,
        tenant: &Tenant,
        entry: &Entry<'_>,
        (sector, domain): (String, Option<String>),
        rooms: &mut Rooms,
    ) -> Result<Option<Option<ApplicationId>>, Refusal> {
        if sector == "tenant" {
            if domain.is_some() {
                self.faults.wrong(&entry.at("domain"), AdminMessage::SectorTenantHasDomain);
            }
            return Ok(Some(None));
        }
        let key = (sector.clone(), domain.clone());
        if !rooms.sectors.contains_key(&key) {
            let found = self.applications_named(tenant, &sector, domain.as_deref()).await?;
            rooms.sectors.insert(key.clone(), found);
        }
        let value = Quoted::from(&sector);
        let wrong = match rooms.sectors.get(&key).map(Vec::as_slice) {
            Some([(id, Sector::Application)]) => return Ok(Some(Some(*id))),
            Some([_]) => AdminMessage::SectorShared { sector: value },
            _ if self.strangers.contains(&sector) => return Ok(None),
            Some([_, ..]) => AdminMessage::SectorAmbiguous { sector: value },
            _ => AdminMessage::SectorUnknown { sector: value },
        };
        self.faults.wrong(&entry.at("sector"), wrong);
        Ok(None)
    }

    /// The tenant's applications of this client id: of this import, and those that there are.
    async fn applications_named(
        &mut self,
        tenant: &Tenant,
        client_id: &str,
        host: Option<&str>,
    ) -> Result<Named, Refusal> {
        let (id, client_id) = (tenant.id, client_id.to_owned());
        let host = host.map(str::to_ascii_lowercase);
        let wanted = client_id.clone();
        let read = self.console.store.read(move |tx| {
            let mut found = Vec::new();
            for domain in domains::list(tx, id, None, PAGE)? {
                if host.as_ref().is_none_or(|host| *host == domain.host) {
                    let row = applications::find_by_client_id(tx, id, domain.id, &wanted)?;
                    found.push(((domain.id, domain.host), row));
                }
            }
            Ok::<_, StoreError>(found)
        });
        let sector = |row: &applications::Application| {
            ApplicationSettings::parse(&row.settings).map(|it| it.sector).unwrap_or_default()
        };
        let found = read.await?;
        for ((domain, host), row) in &found {
            let (name, is) = (named(host, &client_id), row.as_ref().map(|it| state(it.id, it.version)));
            self.plan.compare(id, Object::Application(*domain, client_id.clone()), name, is);
        }
        // What the file says of it counts, then what there is.
        let of = |((domain, _), row): ((DomainId, String), Option<applications::Application>)| {
            let planned = self.applications.get(&(domain, client_id.clone())).copied();
            planned.or_else(|| row.map(|row| (row.id, sector(&row))))
        };
        Ok(found.into_iter().filter_map(of).collect())
    }

    async fn room(
        &self,
        tenant: &Tenant,
        key: (EidEnvironment, Option<ApplicationId>),
        rooms: &mut Rooms,
    ) -> Result<usize, Refusal> {
        if let Some(at) = rooms.known.get(&key) {
            return Ok(*at);
        }
        let (environment, application) = key;
        let of = application.map_or(SubjectOf::Tenant(tenant.id), SubjectOf::Application);
        let id = tenant.id;
        let row = self.console.store.read(move |tx| subject_keys::find(tx, id, environment)).await?;
        let row = row.ok_or(Refusal::NotFound(Noun::SubjectKey))?;
        let opened = tenant.opened().subject_key(&row).map_err(|_| Refusal::MasterKey)?;
        rooms.all.push(SubjectRoom::new(environment, of, &opened));
        rooms.known.insert(key, rooms.all.len() - 1);
        Ok(rooms.all.len() - 1)
    }

    fn compare_with_each_other(&mut self, all: &[BroughtSubjects]) {
        let (mut people, mut subs) = (HashMap::new(), HashMap::new());
        for it in all {
            if let Some(first) = people.insert((it.room, *it.person.as_bytes()), it.path.as_str()) {
                self.faults.wrong(&it.path, AdminMessage::PersonRepeated { path: first.to_owned().into() });
            } else if let Some(first) = subs.insert((it.room, *it.sub_digest.as_bytes()), it.path.as_str()) {
                let path = first.to_owned().into();
                self.faults.wrong(&format!("{}.sub", it.path), AdminMessage::SubRepeated { path });
            }
        }
    }

    /// Gives those that are not there yet.
    async fn compare_with_stored(
        &mut self,
        tenant: &Tenant,
        rooms: &Rooms,
        all: Vec<BroughtSubjects>,
    ) -> Result<Vec<BroughtSubjects>, Refusal> {
        let (id, mut missing, mut all) = (tenant.id, Vec::new(), all.into_iter());
        loop {
            let chunk: Vec<BroughtSubjects> = all.by_ref().take(AT_ONCE).collect();
            if chunk.is_empty() {
                return Ok(missing);
            }
            let keys: Vec<_> = chunk
                .iter()
                .filter_map(|it| rooms.all.get(it.room).map(|room| (room.clone(), it.person, it.sub_digest)))
                .collect();
            let read = self.console.store.read(move |tx| {
                let list = |(room, person, sub): (SubjectRoom, Digest, Digest)| {
                    imported_subjects::list_of(tx, (id, room.environment(), room.sector()), &person, &sub)
                };
                keys.into_iter().map(list).collect::<Result<Vec<_>, StoreError>>()
            });
            for (it, found) in chunk.into_iter().zip(read.await?) {
                let own = found.iter().find(|row| row.person_digest == it.person);
                match own {
                    Some(row) if row.sub_digest == it.sub_digest => {}
                    Some(_) => {
                        self.faults.wrong(&it.path, AdminMessage::PersonHasAnotherSub);
                    }
                    None if !found.is_empty() => {
                        self.faults.wrong(&format!("{}.sub", it.path), AdminMessage::SubTaken);
                    }
                    None => missing.push(it),
                }
            }
        }
    }

    fn insert_subjects(
        &mut self,
        tenant: &Tenant,
        rooms: &Rooms,
        missing: Vec<BroughtSubjects>,
    ) -> Result<(), Refusal> {
        if missing.is_empty() {
            return Ok(());
        }
        let place = |it: &BroughtSubjects| {
            let room = rooms.all.get(it.room)?;
            Some((room.environment(), room.sector()))
        };
        for (name, count) in counts(missing.iter().filter_map(place)) {
            self.plan.change(Verb::Create, "subjects", name, json!({"created": count}));
        }
        let empty = |room: &SubjectRoom| PlannedSubjects {
            environment: room.environment(),
            sector: room.sector().to_owned(),
            subjects: Vec::new(),
        };
        let mut places: Vec<PlannedSubjects> = rooms.all.iter().map(empty).collect();
        for it in missing {
            if let Some(place) = places.get_mut(it.room) {
                let digest = |it: Digest| b64::encode(it.as_bytes());
                place.subjects.push([digest(it.person), it.sub, digest(it.sub_digest)]);
            }
        }
        places.retain(|it| !it.subjects.is_empty());
        self.step(tenant, PlannedWrite::ImportSubjects { places })
    }
}
