//! What happens when, and what must hold.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::{Arc, atomic::Ordering},
    time::{Duration, Instant},
};

use crate::{
    Plan, browser,
    canaries::Canaries,
    house::LoadedInstallation,
    node::{Node, seconds_of},
    tally::Tally,
    wire::{DatabaseLocation, Network, Version, pause},
    world::{CLIENT, World},
};

/// How long nodes may take to notice a change.
const NOTICED_IN: Duration = Duration::from_secs(6);

/// A rehearsal on its way.
struct Rehearsal<'a> {
    plan: &'a Plan,
    house: LoadedInstallation,
    nodes: Vec<Node>,
    /// Plays the eIDs; nothing happens to it.
    eids: Node,
    world: Arc<World>,
    began: Instant,
    troubles: Vec<String>,
}

fn note(began: Instant, words: &str) {
    println!("  {:6.1} s  {words}", began.elapsed().as_secs_f64());
}

/// Lets it all happen; gives everything that went wrong.
pub(crate) async fn rehearse(plan: &Plan) -> Vec<String> {
    let place = if plan.postgres.is_some() { "PostgreSQL" } else { "SQLite" };
    println!(
        "an installation under load: {} logins a second for {} s, TLS, half HTTP/1.1 and half HTTP/2; {} of {place}",
        plan.rate,
        plan.lasts.as_secs(),
        if plan.nodes == 1 { "one node".to_owned() } else { format!("{} nodes", plan.nodes) },
    );
    let mut it = Rehearsal::begin(plan).await;
    let mut at_start: Vec<u64> = it.nodes.iter().map(Node::memory).collect();
    let logins = tokio::spawn(arrive(Arc::clone(&it.world), plan.rate, plan.lasts));
    it.events(&mut at_start).await;
    let _ = logins.await;
    let tally = Arc::clone(&it.world.network.tally);
    println!("  {}", tally.words());
    it.troubles.extend(tally.failures());
    it.figures(&at_start);
    it.keys_turned();
    it.close().await;
    it.troubles
}

/// Lets people arrive at a steady rate, whatever became of those before, and waits for the last.
async fn arrive(world: Arc<World>, rate: u32, lasts: Duration) {
    let mut turn = tokio::time::interval(Duration::from_secs(1) / rate);
    let mut all = tokio::task::JoinSet::new();
    for number in 0..lasts.as_secs() * u64::from(rate) {
        turn.tick().await;
        all.spawn(one(Arc::clone(&world), number));
        while all.try_join_next().is_some() {}
    }
    while all.join_next().await.is_some() {}
}

async fn one(world: Arc<World>, number: u64) {
    let began = Instant::now();
    world.tally().begin();
    let ended = browser::log_in(&world, number).await;
    world.tally().end(began.elapsed(), ended);
}

impl<'a> Rehearsal<'a> {
    async fn begin(plan: &'a Plan) -> Self {
        let house = LoadedInstallation::build(plan);
        let places: Vec<DatabaseLocation> =
            (0..plan.nodes).map(|it| house.node(u8::try_from(it).unwrap())).collect();
        let node = |(number, place): (usize, &DatabaseLocation)| {
            let config = house.configure(&format!("node{number}"), place, None);
            Node::new(&house.binary, config, place.clone())
        };
        let mut nodes: Vec<Node> = places.iter().enumerate().map(node).collect();
        let secret = house.set_up(&nodes[0].config);
        // The eIDs are somebody else's: another process with a database of its own, made of a copy.
        let own = plan.postgres.is_none().then(|| {
            fs::copy(house.path("portvakt.db"), house.path("eids.db")).unwrap();
            "eids.db"
        });
        let config = house.configure("eids", &house.sandbox, own);
        let mut eids = Node::new(&house.binary, config, house.sandbox.clone());
        eids.start("info").await;
        for node in &mut nodes {
            node.start("info").await;
        }
        let network = Network::trusting(&house.root, Arc::new(Tally::default()));
        let world = World::new(network, places, house.sandbox.clone(), secret.clone());
        world.plant("client secret", &secret);
        world.plant("secret of an eID", &house.upstream_secret);
        world.plant("master key", &house.master_key);
        Self { plan, house, nodes, eids, world, began: Instant::now(), troubles: Vec::new() }
    }

    /// Waits for a part of the run, in hundredths.
    async fn at(&self, part: u32) {
        pause((self.plan.lasts * part / 100).saturating_sub(self.began.elapsed())).await;
    }

    fn note(&self, words: &str) {
        note(self.began, words);
    }

    async fn command(&mut self, words: &[&str]) -> serde_json::Value {
        let config = self.nodes[0].config.clone();
        // A thread that waits for a process must not be one that logs people in.
        let done = tokio::task::block_in_place(|| self.house.run(&config, words));
        done.unwrap_or_else(|why| {
            self.troubles.push(why);
            serde_json::Value::Null
        })
    }

    async fn events(&mut self, at_start: &mut [u64]) {
        self.at(8).await;
        self.rotate_secret().await;
        self.at(25).await;
        let host = self.house.host();
        self.command(&["keys", "rotate", "--now", "--domain", &host, "--json"]).await;
        self.note("signing keys were turned at once");
        self.at(38).await;
        self.replace_certificate().await;
        self.at(48).await;
        self.back_up().await;
        for (number, memory) in at_start.iter_mut().enumerate() {
            self.at(65 + 15 * u32::try_from(number).unwrap()).await;
            *memory = self.nodes[number].memory();
            self.restart(number).await;
        }
        self.at(100).await;
    }

    async fn rotate_secret(&mut self) {
        let host = self.house.host();
        let words =
            ["applications", "rotate-secret", CLIENT, "--domain", &host, "--overlap", "15s", "--json"];
        let made = self.command(&words).await;
        let secret = made["client_secret"].as_str().unwrap_or_default().to_owned();
        self.world.plant("client secret", &secret);
        pause(NOTICED_IN).await;
        *self.world.secret.write().unwrap() = secret;
        self.note("the client secret was rotated; the old one ends 15 s after the new one was made");
    }

    async fn replace_certificate(&mut self) {
        let before = self.world.network.certificate(&self.nodes[0].place).await;
        self.house.new_certificate("ours");
        let began = Instant::now();
        for node in &self.nodes {
            loop {
                let now = self.world.network.certificate(&node.place).await;
                if now.is_some() && now != before {
                    break;
                }
                if began.elapsed() > NOTICED_IN {
                    self.troubles.push("the new certificate was not taken up".to_owned());
                    return;
                }
                pause(Duration::from_millis(50)).await;
            }
        }
        self.note(&format!(
            "the certificate was replaced, and shown {:.1} s later",
            began.elapsed().as_secs_f64()
        ));
    }

    async fn back_up(&mut self) {
        let began = Instant::now();
        self.command(&["backup", "--file", "backup.pvb", "--json"]).await;
        let size = fs::metadata(self.house.path("backup.pvb")).map_or(0, |it| it.len() / 1024);
        self.note(&format!("a backup was made in {:.1} s: {size} KiB", began.elapsed().as_secs_f64()));
    }

    /// Stops a node while browsers have connections open in advance, and starts it again; from then on it logs all
    /// that it can.
    async fn restart(&mut self, number: usize) {
        let mut ahead = Vec::new();
        for version in [Version::One, Version::Two].repeat(3) {
            ahead.push(self.world.network.ahead(&self.nodes[number].place, version).await);
        }
        let stopped = self.nodes[number].stop().await;
        let last = self.nodes[number].last_tokens();
        let from = Instant::now();
        self.nodes[number].start("debug").await;
        match stopped {
            Ok(took) => self.note(&format!(
                "node {number} was restarted: it stopped in {} ms and was back {} ms later",
                took.as_millis(),
                from.elapsed().as_millis()
            )),
            Err(why) => self.troubles.push(why),
        }
        // What happened in logins is written a second later, and all the same it is there after a stop.
        match last {
            Some(trace) => drop(self.command(&["explain", &trace, "--json"]).await),
            None => self.troubles.push("a node was stopped that had given out no tokens".to_owned()),
        }
    }

    fn figures(&self, at_start: &[u64]) {
        for ((number, node), before) in self.nodes.iter().enumerate().zip(at_start) {
            println!(
                "  node {number}: {before} MiB before its restart, {} MiB at the end; computed for {:.1} s since",
                node.memory(),
                node.computed(),
            );
        }
        let own = seconds_of(&fs::read_to_string("/proc/self/stat").unwrap_or_default());
        println!(
            "  the eIDs computed for {:.1} s ({} MiB), this driver for {own:.1} s",
            self.eids.computed(),
            self.eids.memory()
        );
    }

    /// The first key, the one of `--now`, and at least one by schedule.
    fn keys_turned(&mut self) {
        let count = self.world.signed_with.lock().unwrap().len();
        println!("  {count} signing keys signed, one after the other");
        if count < 3 {
            self.troubles.push(format!("only {count} signing keys were seen: no key turned by schedule"));
        }
    }

    /// Looks for secrets while everything runs; stops; restores elsewhere.
    async fn close(&mut self) {
        self.look_for_canaries();
        let config = self.nodes[0].config.clone();
        self.audit_holds(&config);
        for at in 0..self.nodes.len() {
            if let Err(why) = self.nodes[at].stop().await {
                self.troubles.push(why);
            }
        }
        self.restore().await;
        if let Err(why) = self.eids.stop().await {
            self.troubles.push(why);
        }
        for node in self.nodes.iter().chain([&self.eids]) {
            self.troubles.extend(node.errors());
        }
    }

    fn audit_holds(&mut self, config: &Path) {
        match self.house.run(config, &["audit", "verify", "--json"]) {
            Ok(_) => {
                println!("  the audit trail holds ({})", config.file_stem().unwrap_or_default().display())
            }
            Err(why) => self.troubles.push(why),
        }
    }

    /// Everything that was written: database, backup, logs.
    fn written(&self) -> Vec<PathBuf> {
        let mut files: Vec<PathBuf> =
            self.nodes.iter().chain([&self.eids]).map(|it| it.log.clone()).collect();
        let names = ["portvakt.db", "portvakt.db-wal", "portvakt.db-shm", "backup.pvb"];
        files.extend(names.iter().map(|it| self.house.path(it)).filter(|it| it.exists()));
        if let Some(address) = &self.plan.postgres {
            files.push(dumped(address, &self.house.path("dump.sql")));
        }
        files
    }

    fn look_for_canaries(&mut self) {
        let values = self.world.canaries.lock().unwrap().clone();
        let canaries = Canaries::new(values.iter().map(|(value, what)| (value.as_str(), *what)));
        let files = self.written();
        let (found, looked) = canaries.look_through(&files);
        println!(
            "  looked for {} secrets in {} files, {} MiB: {} found",
            canaries.len(),
            files.len(),
            looked / (1024 * 1024),
            found.len()
        );
        self.troubles.extend(found);
        let kinds =
            ["client secret", "master key", "access token", "ID token", "cookie", "national identity number"];
        for kind in kinds {
            let one = values.iter().find(|it| it.1 == kind && it.0.len() >= 8);
            if !one.is_some_and(|(value, _)| Canaries::can_find(self.house.folder.path(), value)) {
                self.troubles.push(format!("a planted {kind} was not found, so nothing was proven"));
            }
        }
    }

    /// Restores the backup into an empty directory, whatever the database was, and logs everybody in there.
    async fn restore(&mut self) {
        let folder = self.house.path("elsewhere");
        fs::create_dir(&folder).unwrap();
        let config = self.house.configure("restored", &self.nodes[0].place, Some("elsewhere/portvakt.db"));
        if let Err(why) = self.house.run(&config, &["restore", "--file", "backup.pvb", "--json"]) {
            self.troubles.push(why);
            return;
        }
        self.audit_holds(&config);
        let mut node = Node::new(&self.house.binary, config, self.nodes[0].place.clone());
        node.start("info").await;
        let secret = self.world.secret.read().unwrap().clone();
        let network = Network::trusting(&self.house.root, Arc::new(Tally::default()));
        let place = vec![node.place.clone()];
        let restored = World::new(network, place, self.house.sandbox.clone(), secret);
        let known = self.world.subjects.lock().unwrap().clone();
        *restored.subjects.lock().unwrap() = known.clone();
        for number in 0..12 {
            one(Arc::clone(&restored), number).await;
        }
        let tally = restored.tally();
        println!(
            "  restored into an empty directory: {} of {} logins succeeded there, with the subjects of before",
            tally.succeeded(),
            tally.begun.load(Ordering::Relaxed)
        );
        self.troubles.extend(tally.failures().into_iter().map(|it| format!("after the restore, {it}")));
        if restored.subjects.lock().unwrap().len() != known.len() {
            self.troubles
                .push("after the restore, other people logged in: their subjects prove nothing".to_owned());
        }
        self.troubles.extend(node.stop().await.err());
        self.troubles.extend(node.errors());
    }
}

/// What a PostgreSQL has, as text; its own program writes it.
fn dumped(address: &str, to: &Path) -> PathBuf {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let program = versions.map(|it| it.path().join("bin/pg_dump")).find(|it| it.exists());
    let program = program.unwrap_or_else(|| "pg_dump".into());
    let dumped = Command::new(program).args(["--dbname", address, "--file"]).arg(to).status();
    assert!(dumped.is_ok_and(|it| it.success()), "pg_dump failed");
    to.to_owned()
}
