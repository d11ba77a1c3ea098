use std::collections::BTreeMap;
use std::path::Path;

use amazoff_supervisor::{Claim, Context, Decision, Entity, Fault, FaultKind};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::golden;
use crate::tests::complaint;

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Lamp {
    watts: u32,
    told: BTreeMap<u32, Colour>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
enum Command {
    SwitchOn,
}

/// Schema 1 had `lit` with `power` in text; schema 2 has `switched_on` with a number.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Event {
    SwitchedOn { watts: u32 },
    Painted(BTreeMap<u32, Colour>),
    Burst,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Colour {
    Red,
    Green,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Reply {
    On { watts: u32 },
    Off,
}

#[derive(Clone, Debug, thiserror::Error, Serialize, Deserialize)]
enum Rejection {
    #[error("the lamp is on")]
    AlreadyOn,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Effect {
    Warm {
        room: String,
        #[serde(default)]
        degrees: u32,
    },
}

impl Fault for Rejection {
    fn kind(&self) -> FaultKind {
        FaultKind::Conflict
    }
    fn code(&self) -> &'static str {
        "already-on"
    }
}

impl Entity for Lamp {
    const KIND: &'static str = "lamp";
    const SCHEMA: u16 = 2;
    type Command = Command;
    type Event = Event;
    type Reply = Reply;
    type Rejection = Rejection;
    type Effect = Effect;

    fn decide(&self, Command::SwitchOn: &Command, _: &Context) -> Result<Decision<Self>, Rejection> {
        Err(Rejection::AlreadyOn)
    }
    fn apply(&mut self, event: &Event) {
        match event {
            Event::SwitchedOn { watts: 666 } => panic!("the lamp is possessed"),
            Event::SwitchedOn { watts } => self.watts = *watts,
            Event::Painted(told) => self.told.clone_from(told),
            Event::Burst => self.watts = 0,
        }
    }
    fn claim_taken(_: &Claim) -> Rejection {
        Rejection::AlreadyOn
    }
    fn destination(_: &Effect) -> String {
        "room".to_owned()
    }
    fn upcast(schema: u16, mut payload: serde_json::Value) -> Result<serde_json::Value, String> {
        assert_eq!(schema, 1);
        if let Some(power) = payload.pointer_mut("/lit/power").map(serde_json::Value::take) {
            let watts: u32 = power.as_str().and_then(|text| text.parse().ok()).ok_or("no power")?;
            payload = json!({ "switched_on": { "watts": watts } });
        }
        Ok(payload)
    }
}

fn samples(folder: &Path) -> super::Golden<Lamp> {
    golden::<Lamp>(folder)
        .events([
            Event::SwitchedOn { watts: 40 },
            Event::Painted(BTreeMap::from([(1, Colour::Red), (2, Colour::Green)])),
            Event::Burst,
            Event::SwitchedOn { watts: 60 },
        ])
        .commands([Command::SwitchOn])
        .effects([Effect::Warm { room: "hall".to_owned(), degrees: 20 }])
        .replies([Reply::On { watts: 40 }, Reply::Off])
        .rejections([Rejection::AlreadyOn])
}

fn put(folder: &Path, name: &str, content: &str) {
    let path = folder.join("lamp").join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, content).unwrap();
}

fn files(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for form in std::fs::read_dir(folder.join("lamp")).unwrap() {
        for file in std::fs::read_dir(form.unwrap().path()).unwrap() {
            let path = file.unwrap().path();
            found.push(path.strip_prefix(folder.join("lamp")).unwrap().to_str().unwrap().to_owned());
        }
    }
    found.sort();
    found
}

/// A folder as it should be: schema 1 from earlier days, schema 2 written now.
fn good() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    put(folder.path(), "v1/lit.json", r#"{ "lit": { "power": "25" } }"#);
    samples(folder.path()).check_with(true);
    folder
}

#[test]
fn missing_files_are_written_on_request_only_and_then_fit() {
    let folder = tempfile::tempdir().unwrap();
    put(folder.path(), "v1/lit.json", r#"{ "lit": { "power": "25" } }"#);
    let got = complaint(|| samples(folder.path()).check_with(false));
    assert!(got.contains("v2/switched_on-2.json: missing") && got.contains("GOLDEN=write"), "{got}");
    assert_eq!(files(folder.path()), ["v1/lit.json"]);
    samples(folder.path()).check_with(true);
    let written = [
        "commands/SwitchOn.json",
        "effects/warm.json",
        "outcomes/err_AlreadyOn.json",
        "outcomes/ok_off.json",
        "outcomes/ok_on.json",
        "v1/lit.json",
        "v2/burst.json",
        "v2/painted.json",
        "v2/switched_on-2.json",
        "v2/switched_on.json",
    ];
    assert_eq!(files(folder.path()), written);
    samples(folder.path()).check_with(false);
    let painted = std::fs::read_to_string(folder.path().join("lamp/v2/painted.json")).unwrap();
    assert_eq!(painted, "{\n  \"painted\": {\n    \"1\": \"red\",\n    \"2\": \"green\"\n  }\n}\n");
}

#[test]
fn an_old_schema_is_read_through_the_upcaster() {
    let folder = good();
    put(folder.path(), "v1/lit-2.json", r#"{ "lit": { "power": "sixty" } }"#);
    let got = complaint(|| samples(folder.path()).check_with(false));
    assert!(got.contains("v1/lit-2.json: cannot be decoded: no power"), "{got}");
    assert!(!got.contains("v1/lit.json"), "{got}");
}

#[test]
fn a_variant_without_a_sample_is_found_out_at_any_depth() {
    let folder = good();
    let none = || golden::<Lamp>(folder.path());
    let got = complaint(|| none().check_with(false));
    for variant in [
        "Event::burst",
        "Command::SwitchOn",
        "Effect::warm",
        "Reply::off",
        "Rejection::AlreadyOn",
        "Result::Ok",
    ] {
        assert!(got.contains(&format!("no sample has {variant}\n")), "{variant}: {got}");
    }
    let red = none().events([Event::Painted(BTreeMap::from([(1, Colour::Red)]))]);
    let got = complaint(|| red.check_with(false));
    assert!(got.contains("no sample has Colour::green\n") && !got.contains("Colour::red"), "{got}");
}

#[test]
fn a_changed_format_is_found_out_and_never_overwritten() {
    let folder = good();
    let before = r#"{"switched_on":{"watts":40,"amperes":1}}"#;
    put(folder.path(), "v2/switched_on.json", before);
    for write in [false, true] {
        let got = complaint(|| samples(folder.path()).check_with(write));
        assert!(got.contains("v2/switched_on.json: the format changed under the same SCHEMA"), "{got}");
        assert!(got.contains("raise SCHEMA"), "{got}");
    }
    let kept = std::fs::read_to_string(folder.path().join("lamp/v2/switched_on.json")).unwrap();
    assert_eq!(kept, before);
}

#[test]
fn a_row_without_a_schema_gets_a_revision_beside_its_old_form() {
    let folder = good();
    put(folder.path(), "effects/warm.json", r#"{"warm":{"room":"hall"}}"#);
    let got = complaint(|| samples(folder.path()).check_with(false));
    assert!(got.contains("effects/warm.json: the format changed; the new form is warm.r2.json"), "{got}");
    samples(folder.path()).check_with(true);
    samples(folder.path()).check_with(false);
    assert!(files(folder.path()).contains(&"effects/warm.r2.json".to_owned()));
    put(folder.path(), "effects/warm.json", r#"{"warm":{"place":"hall"}}"#);
    let got = complaint(|| samples(folder.path()).check_with(true));
    assert!(got.contains("effects/warm.json: cannot be decoded: missing field `room`"), "{got}");

    let folder = good();
    put(folder.path(), "effects/warm.json", r#"{"warm":{"place":"hall"}}"#);
    let got = complaint(|| samples(folder.path()).check_with(true));
    assert!(got.contains("effects/warm.json: cannot be decoded: missing field `room`"), "{got}");
    assert!(!files(folder.path()).contains(&"effects/warm.r2.json".to_owned()));
}

#[test]
fn an_orphaned_file_is_found_out() {
    let strays = [
        ("v2/dimmed.json", r#"{"switched_on":{"watts":1}}"#, "v2/dimmed.json: orphaned"),
        ("v2/switched_on-3.json", r#"{"switched_on":{"watts":1}}"#, "v2/switched_on-3.json: orphaned"),
        ("v2/switched_on.r2.json", r#"{"switched_on":{"watts":1}}"#, "v2/switched_on.r2.json: orphaned"),
        ("v2/notes.txt", "1", "v2/notes.txt: orphaned"),
        ("v2/burst/burst.json", r#""burst""#, "v2/burst: orphaned"),
        ("effects/warm", r#"{"warm":{"room":"hall"}}"#, "effects/warm: orphaned"),
        ("outcomes/err_Other.json", r#"{"Err":"AlreadyOn"}"#, "outcomes/err_Other.json: orphaned"),
        ("v3/burst.json", r#""burst""#, "v3: orphaned"),
        ("snapshots/burst.json", r#""burst""#, "snapshots: orphaned"),
    ];
    for (name, content, wanted) in strays {
        let folder = good();
        put(folder.path(), name, content);
        let got = complaint(|| samples(folder.path()).check_with(true));
        assert!(got.contains(wanted), "{wanted}: {got}");
    }
}

#[test]
fn an_old_file_that_nothing_reads_any_more_is_found_out() {
    let broken = [
        ("v1/lit.json", r#"{"glowed":{}}"#, "v1/lit.json: cannot be decoded: unknown variant `glowed`"),
        ("v1/lit.json", "{", "v1/lit.json: is not JSON"),
        (
            "v1/lit.json",
            r#"{"lit":{"power":"666"}}"#,
            "v1/lit.json: panics when applied to the default state",
        ),
        (
            "outcomes/ok_on.json",
            r#"{"Ok":{"on":{}}}"#,
            "outcomes/ok_on.json: cannot be decoded: missing field",
        ),
        (
            "commands/SwitchOn.json",
            r#""Light""#,
            "commands/SwitchOn.json: cannot be decoded: unknown variant",
        ),
    ];
    for (name, content, wanted) in broken {
        let folder = good();
        put(folder.path(), name, content);
        let got = complaint(|| samples(folder.path()).check_with(false));
        assert!(got.contains(wanted), "{wanted}: {got}");
    }
}

#[test]
fn a_schema_whose_files_are_gone_is_found_out() {
    let folder = good();
    std::fs::remove_dir_all(folder.path().join("lamp/v1")).unwrap();
    let got = complaint(|| samples(folder.path()).check_with(true));
    assert!(got.contains("v1: no golden file of this schema is left"), "{got}");
}
