//! The face of a shop: by command line, declaration and import, through a real child.

use std::{
    fs,
    io::Write as _,
    process::{Command, Stdio},
};

use crypto::b64;
use serde_json::{Value, json};

use crate::house::{HOST, Installation};

const LOGO: &[u8] = include_bytes!("../src/dev/demo-logo.png");

fn run(it: &Installation, words: &[&str]) -> Result<Value, String> {
    let output = it.run(&[words, &["--json", "--config", "portvakt.toml"]].concat());
    if output.status.success() {
        return Ok(serde_json::from_slice(&output.stdout).unwrap());
    }
    Err(String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap())
}

async fn configured() -> Installation {
    let it = Installation::new().await;
    it.configure("");
    fs::write(it.path("shop.png"), LOGO).unwrap();
    it
}

const CREATE: [&str; 10] = [
    "applications",
    "create",
    "--domain",
    HOST,
    "--client-id",
    "shop",
    "--name",
    "Shop",
    "--redirect-uri",
    "https://shop.example/cb",
];
const CHANGE: [&str; 5] = ["applications", "change", "shop", "--domain", HOST];
const SHOW: [&str; 5] = ["applications", "show", "shop", "--domain", HOST];

#[tokio::test]
async fn an_application_had_no_face_that_an_operator_could_give_and_take() {
    let it = configured().await;
    let brand =
        ["--logo-file", "shop.png", "--color", "#3D3A8C", "--policy-uri", "https://shop.example/privacy"];
    run(&it, &[&CREATE[..], &brand].concat()).unwrap();
    let shown = run(&it, &SHOW).unwrap();
    let logo = &shown["settings"]["brand"]["logo"];
    assert_eq!((&logo["width"], &logo["height"]), (&json!(440), &json!(96)));
    assert!(logo["digest"].as_str().unwrap().len() == 32 && logo.get("png").is_none(), "{logo}");

    let changed =
        run(&it, &[&CHANGE[..], &["--color", "", "--support-contact", "hjelp@shop.example"]].concat());
    let brand = changed.unwrap()["settings"]["brand"].clone();
    assert!(brand.get("color").is_none() && brand["logo"] == *logo, "{brand}");
    let version = run(&it, &SHOW).unwrap()["version"].clone();
    let cleared = run(&it, &[&CHANGE[..], &["--no-logo"]].concat()).unwrap();
    assert!(cleared["settings"]["brand"].get("logo").is_none());
    assert_eq!(cleared["version"].as_i64(), version.as_i64().map(|it| it + 1));
    let trail = run(&it, &["audit", "list", "--tenant", "tenant"]).unwrap().to_string();
    assert!(trail.contains(logo["digest"].as_str().unwrap()) && !trail.contains("iVBOR"), "{trail}");
}

#[tokio::test]
async fn a_face_that_cannot_be_is_refused_with_the_remedy() {
    let it = configured().await;
    run(&it, &CREATE).unwrap();
    fs::write(it.path("logo.svg"), "<svg xmlns=\"http://www.w3.org/2000/svg\"/>").unwrap();
    fs::write(it.path("logo.gif"), "GIF89a").unwrap();
    fs::write(it.path("large.png"), vec![0; 300_000]).unwrap();
    let typed = "brand.logo={\"digest\":\"00000000000000000000000000000000\",\"width\":1,\"height\":1}";
    let carried = "brand.logo={\"digest\":\"00\",\"width\":1,\"height\":1,\"png\":\"AAAA\"}";
    for (words, said) in [
        (["--logo", "logo.svg"], "SVG is not accepted: raster images only"),
        (["--logo", "logo.gif"], "the file is neither PNG, JPEG nor WebP"),
        (["--logo", "large.png"], "the image file is larger than 256 KiB"),
        (["--logo", "none.png"], "No such file"),
        (["--color", "#ffcc00"], "#ffcc00 has a contrast of 1.36:1 against the page"),
        (["--tos-uri", "http://shop.example"], "not an address that people can open"),
        (["--support-contact", "shop"], "neither an e-mail address nor an https address"),
        (["--set", typed], "a logo is given as a file, not as a value"),
        (["--set", carried], "a logo is given as a file, not as a value"),
    ] {
        let refused = run(&it, &[&CHANGE[..], &words].concat()).unwrap_err();
        assert!(refused.contains(said), "{words:?}: {refused}");
    }
    assert!(run(&it, &SHOW).unwrap()["settings"].get("brand").is_none());
}

#[tokio::test]
async fn a_declaration_names_the_file_of_a_logo_and_an_import_carries_it() {
    let it = configured().await;
    let declared = |logo: &str| {
        format!(
            "declaration = \"d\"\n[[tenants]]\nname = \"tenant\"\n[[tenants.domains]]\nhost = \"{HOST}\"\n\
             settings = {{ display_name = \"Shops\", brand = {{ logo = \"{logo}\" }} }}\n\
             [[tenants.domains.applications]]\nclient_id = \"a\"\nname = \"A\"\nkind = \"web\"\n\
             redirect_uris = [\"https://a.example/cb\"]\nbrand = {{ color = \"#3d3a8c\", logo = \"{logo}\" }}\n"
        )
    };
    fs::write(it.path("d.toml"), declared("shop.png")).unwrap();
    run(&it, &["apply", "-f", "d.toml"]).unwrap();
    let domain = run(&it, &["domains", "show", HOST]).unwrap();
    assert_eq!((&domain["display_name"], &domain["brand"]["logo"]["width"]), (&json!("Shops"), &json!(440)));
    let again = run(&it, &["apply", "-f", "d.toml"]).unwrap();
    let changes = again["changes"].as_array().unwrap();
    assert!(changes.iter().all(|it| it["action"] == "unchanged"), "{again}");

    fs::write(it.path("shop.svg"), "<svg/>").unwrap();
    fs::write(it.path("d.toml"), declared("shop.svg")).unwrap();
    let refused = run(&it, &["apply", "-f", "d.toml"]).unwrap_err();
    assert!(refused.matches("SVG is not accepted").count() >= 2, "each place is named: {refused}");

    let import = |logo: &str| {
        json!({"portvakt_import": 1, "tenant": "tenant", "applications": [{"domain": HOST, "client_id": "b",
            "name": "B", "kind": "browser", "redirect_uris": ["https://b.example/"], "brand": {"logo": logo}}]})
    };
    fs::write(it.path("i.json"), import("*").to_string()).unwrap();
    assert!(run(&it, &["import", "--file", "i.json"]).unwrap_err().contains("the image is not base64"));
    fs::write(it.path("i.json"), import(&b64::encode_standard(LOGO)).to_string()).unwrap();
    let kept = run(&it, &["import", "--file", "i.json", "--plan"]).unwrap();
    run(&it, &["plans", "confirm", kept["plan"].as_str().unwrap()]).unwrap();
    let shown = run(&it, &["applications", "show", "b", "--domain", HOST]).unwrap();
    assert_eq!(shown["settings"]["brand"]["logo"]["digest"], domain["brand"]["logo"]["digest"]);
}

#[test]
fn the_program_decodes_an_image_on_its_own_and_can_write_no_file_while_it_does() {
    let decode = |stdout: Stdio| {
        let mut child = Command::new(env!("CARGO_BIN_EXE_portvakt"))
            .args(["decode-image", "64", "64", "12288"])
            .stdin(Stdio::piped())
            .stdout(stdout)
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(LOGO).unwrap();
        child.wait_with_output().unwrap()
    };
    let decoded = decode(Stdio::piped());
    assert!(decoded.status.success() && decoded.stdout.starts_with(b"\x89PNG"));
    let file = tempfile::tempfile().unwrap();
    assert!(!decode(file.try_clone().unwrap().into()).status.success());
    assert_eq!(file.metadata().unwrap().len(), 0);
}

#[tokio::test]
async fn official_files_of_eids_had_no_place_and_a_bad_one_is_told_and_not_used() {
    let it = Installation::new().await;
    it.configure(&format!("[eid_assets]\ndirectory = \"{}\"\n", it.path("assets").display()));
    fs::create_dir_all(it.path("assets/no-vipps")).unwrap();
    fs::create_dir_all(it.path("assets/no-vips")).unwrap();
    fs::write(it.path("assets/no-vipps/button.png"), LOGO).unwrap();
    fs::write(it.path("assets/no-vipps/button.fr.png"), LOGO).unwrap();
    fs::write(it.path("assets/no-vipps/logo.svg"), "<svg/>").unwrap();

    let checked = it.run(&["config", "check", "--config", "portvakt.toml"]);
    let said = String::from_utf8(checked.stderr).unwrap();
    assert!(checked.status.success() && said.lines().count() == 3, "{said}");
    for part in [
        "no-vips: there is no eID or no use for a file with this name",
        "no-vipps/button.fr.png: there is no eID",
        "no-vipps/logo.svg: SVG is not accepted: raster images only",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    let looked = it.run(&["doctor", "--config", "portvakt.toml"]);
    let told = String::from_utf8(looked.stdout).unwrap();
    assert!(told.contains("eID files") && told.contains("SVG is not accepted"), "{told}");
}

#[tokio::test]
async fn a_production_domain_that_names_nobody_goes_on_and_doctor_complains_until_it_does() {
    let it = configured().await;
    let database = rusqlite::Connection::open(it.path("portvakt.db")).unwrap();
    database.execute("UPDATE domains SET environment = 'production'", []).unwrap();
    drop(database);
    let doctor = || String::from_utf8(it.run(&["doctor", "--config", "portvakt.toml"]).stdout).unwrap();
    let complaint = format!("the statements at \"{HOST}\" name no data controller");
    assert!(doctor().contains(&complaint), "{}", doctor());
    run(&it, &["domains", "change", HOST, "--require-par", "true"]).unwrap();

    let named = ["--controller", "Acme AS", "--contact", "personvern@acme.example"];
    let shown = run(&it, &[&["domains", "change", HOST][..], &named].concat()).unwrap();
    assert_eq!(shown["controller"], "Acme AS");
    assert!(!doctor().contains(&complaint));
    let cleared = run(&it, &["domains", "change", HOST, "--controller", ""]).unwrap_err();
    assert!(cleared.contains("a production domain has to say who the data controller is"), "{cleared}");
}

#[tokio::test]
async fn an_installation_says_for_all_its_domains_who_is_responsible() {
    let it = Installation::new().await;
    it.configure("[statements]\ncontroller = \"Example AS\"\n");
    let half = String::from_utf8(it.run(&["config", "check", "--config", "portvakt.toml"]).stderr).unwrap();
    assert!(half.contains("statements: a production domain has to say"), "{half}");
    it.configure("[statements]\ncontroller = \"Example AS\"\ncontact = \"privacy@example.com\"\n");
    let made = ["domains", "create", "p.example", "--environment", "production"];
    let shown = run(&it, &made).unwrap();
    assert_eq!(
        (&shown["controller"], &shown["contact"]),
        (&json!("Example AS"), &json!("privacy@example.com"))
    );
}
