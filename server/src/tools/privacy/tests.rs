use std::io::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

use super::*;

const TEXTS: [&str; 3] = ["Jörg-Ann \"Ä\" Canary", "", "ann.canary@example.org"];

fn needles() -> Needles {
    Needles::of(TEXTS.into_iter()).unwrap()
}

fn found(bytes: &[u8]) -> Vec<(usize, Form)> {
    needles().in_value(bytes).into_iter().collect()
}

#[test]
fn a_text_is_found_in_clear_whatever_its_case() {
    assert_eq!(found(b"to: <Ann.CANARY@example.ORG>"), [(3, Form::Clear)]);
    assert_eq!(found("x jörg-ann \"ä\" canary y".as_bytes()), [(1, Form::Clear)]);
    assert_eq!(found("JÖRG-ANN \"Ä\" CANARY".as_bytes()), [(1, Form::Clear)]);
    assert_eq!(found(b"ann.canary@example.com"), []);
}

#[test]
fn a_text_is_found_as_json_writers_write_it() {
    let minimal = serde_json::to_vec(TEXTS[0]).unwrap();
    assert_eq!(found(&minimal), [(1, Form::Json)]);
    assert_eq!(found(br#""J\u00F6rg-Ann \"\u00c4\" Canary""#), [(1, Form::Json)]);
    let slash = Needles::of(["Way 1/2"].into_iter()).unwrap();
    assert_eq!(slash.in_value(br"Way 1\/2").into_iter().collect::<Vec<_>>(), [(1, Form::Json)]);
}

#[test]
fn a_text_is_found_in_base64_wherever_it_stands() {
    for before in 0..7 {
        for after in 0..4 {
            let padded = format!("{}{}{}", "x".repeat(before), TEXTS[2], "y".repeat(after));
            for encoded in [STANDARD.encode(&padded), URL_SAFE_NO_PAD.encode(&padded)] {
                assert_eq!(found(encoded.as_bytes()), [(3, Form::Base64)], "{encoded}");
            }
        }
    }
    assert_eq!(found(STANDARD.encode("somebody.else@example.net").as_bytes()), []);
}

#[test]
fn texts_that_are_found_everywhere_are_refused() {
    for lines in [&["Ann"][..], &[], &["", " "]] {
        assert!(Needles::of(lines.iter().copied()).is_err(), "{lines:?}");
    }
    assert!(Needles::of([&*"x".repeat(1_001)].into_iter()).is_err());
}

#[test]
fn what_lies_across_two_pieces_of_a_file_is_found_once() {
    for at in [262_143_usize, 262_130, 262_144, 10, 524_280] {
        let bytes = [vec![b'.'; at], TEXTS[2].as_bytes().to_vec(), vec![b'.'; 300_000]].concat();
        let mut report = Report::default();
        places::stream(&bytes[..], "file", &needles(), &mut report).unwrap();
        let hits: Vec<_> = report.hits.into_iter().collect();
        assert_eq!(hits.len(), 1, "{at}: {hits:?}");
        assert_eq!((hits[0].at.clone(), hits[0].text), (format!("byte {at}"), 3));
    }
}

#[test]
fn files_below_are_read_and_packed_ones_unpacked() {
    let folder = tempfile::tempdir().unwrap();
    let below = folder.path().join("below");
    std::fs::create_dir(&below).unwrap();
    std::fs::write(folder.path().join("clean"), b"nothing").unwrap();
    std::fs::write(below.join("dirty"), b"\0ann.canary@example.org\xff").unwrap();
    let mut packed = flate2::write::GzEncoder::new(
        std::fs::File::create(below.join("rows.gz")).unwrap(),
        flate2::Compression::fast(),
    );
    packed.write_all(b"{\"to\":\"ann.canary@example.org\"}").unwrap();
    packed.finish().unwrap();
    let texts = folder.path().join("texts");
    std::fs::write(&texts, TEXTS.join("\n")).unwrap();
    let mut report = Report::default();
    places::files(folder.path(), &skipped(&texts), &needles(), &mut report).unwrap();
    let places: Vec<_> = report.hits.iter().map(|hit| hit.place.rsplit('/').next().unwrap()).collect();
    assert_eq!(places, ["dirty", "rows.gz"]);
    assert_eq!(report.files, 3);
}
