#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
use std::fmt::Write as _;
use std::io::Cursor;

use super::*;
use crate::exit::{Exit, of_error};

fn read(bytes: impl Into<Vec<u8>>) -> anyhow::Result<WholeFile> {
    read_rest(CustomerFile::new("customers.csv", None, Box::new(Cursor::new(bytes.into())))?)
}

/// What is said of a file: its customers, bad rows and warnings, or why it is refused as a whole.
fn told(bytes: impl Into<Vec<u8>>) -> String {
    let mut out = String::new();
    match read(bytes) {
        Ok(whole) => {
            for customer in whole.customers {
                writeln!(out, "{} {}", customer.reference, customer.source_waba).unwrap();
            }
            whole.bad_rows.iter().for_each(|bad| writeln!(out, "{bad}").unwrap());
            whole.warnings.iter().for_each(|warning| writeln!(out, "warning: {warning}").unwrap());
        }
        Err(error) => {
            let (exit, hint) = of_error(&error);
            assert_eq!(exit, Exit::BadInput, "{error:#}");
            writeln!(out, "{error:#} | {}", hint.unwrap_or_default()).unwrap();
        }
    }
    out
}

const HEADER: &str = "customer,source_waba_id,business_portfolio_id,contact_email,language,time_zone,wave,two_step_by,callback_url,storage_region\n";

#[test]
fn a_full_row_becomes_a_customer() {
    let row = "acorn-bakery,102290129340398,506914307656634,office@acorn.example,pt_BR,America/Sao_Paulo,pilot,us,https://acorn.example/hook,br\n";
    let whole = read(format!("{HEADER}{row}")).unwrap();
    assert_eq!(whole.bad_rows, []);
    insta::assert_json_snapshot!(whole.customers);
}

#[test]
fn each_cell_that_cannot_be_is_told_with_row_column_and_reason() {
    let rows = "\
,102290129340398,,,,,,,,
acorn,,,,,,,,,
acorn,12a,,,,,,,,
acorn,1.02290129340398E+14,,,,,,,,
acorn,1,portfolio,,,,,,,
acorn,2,,no-address,,,,,,
acorn,3,,a@b,,,,,,
acorn,4,,,english,,,,,
acorn,5,,,,Europe/Berln,,,,
acorn,6,,,,Middle/Earth,,,,
acorn,7,,,,,,me,,
acorn,8,,,,,,,http://acorn.example/hook,
acorn,9,,,,,,,,Germany
acorn,x,y,z,,,,,,
\"two
lines\",10,,,,,,,,
birch,11,,,,,,,,
";
    insta::assert_snapshot!(told(format!("{HEADER}{rows}")));
}

#[test]
fn the_same_account_twice_is_told_and_the_first_is_kept() {
    assert_eq!(
        told("customer,source_waba_id\nacorn,101\nbirch,102\nacorn again,101\nbirch,103\n"),
        "acorn 101\nbirch 102\nbirch 103\nrow 4: source_waba_id: 101 stands in row 2 already\n"
    );
}

#[test]
fn latin_1_bytes_make_their_row_bad_and_no_other() {
    assert_eq!(
        told(b"customer,source_waba_id\nCaf\xe9,101\nbirch,102\n".to_vec()),
        "birch 102\nrow 2: customer: \"Caf\u{fffd}\" is not UTF-8 text; save the file as \"CSV UTF-8\"\n"
    );
}

#[test]
fn files_that_cannot_be_read_at_all_say_why() {
    let utf_16: Vec<u8> = "\u{feff}customer".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let refused = [
        told(""),
        told("\n \n"),
        told("\u{feff}"),
        told("customer,source_waba_id\n"),
        told("customer,language\nacorn,de\n"),
        told("customer,waba\nacorn,1\n"),
        told("customer,Source WABA ID\nacorn,1\n"),
        told("customer,source_waba_id,customer\nacorn,1,acorn\n"),
        told("customer,source_waba_id,business_token\nacorn,1,EAAtoken\n"),
        told(b"custom\xe9r,source_waba_id\n".to_vec()),
        told(utf_16),
        told(b"PK\x03\x04rest".to_vec()),
    ];
    insta::assert_snapshot!(refused.concat());
}

#[test]
fn what_spreadsheets_do_is_understood() {
    let plain = "acorn 101\nbirch 102\n";
    for text in [
        "\u{feff}customer,source_waba_id\nacorn,101\nbirch,102\n",
        "customer;source_waba_id\r\nacorn;101\r\nbirch;102\r\n",
        "customer\tsource_waba_id\nacorn\t101\nbirch\t102",
        " Customer , SOURCE_WABA_ID \n acorn , 101 \n birch,102,,,\n",
        "customer,source_waba_id,language\nacorn,101\n,,\nbirch,102,de\n,,\n",
        "\ncustomer,source_waba_id\n\nacorn,101\n\"birch\",\"102\"\n",
        "customer,source_waba_id,language\n\u{a0}acorn,101,\u{a0}\nbirch\u{a0},\u{2003}102,de\n",
    ] {
        assert_eq!(told(text), plain, "{text:?}");
    }
}

/// Whatever ends a line and however many are blank, a row is named by the line that a person's editor shows.
#[test]
fn bad_rows_are_named_by_their_line_in_the_file() {
    for (text, named) in [
        ("customer,source_waba_id\r\nacorn,x\r\nbirch,y\r\n", [2, 3]),
        ("customer,source_waba_id\racorn,x\rbirch,y\r", [2, 3]),
        ("\n\ncustomer,source_waba_id\n\nacorn,x\n\n\nbirch,y", [5, 8]),
        ("customer,source_waba_id\r\n\r\nacorn,x\r\n , \r\nbirch,y\r\n", [3, 5]),
        ("customer,source_waba_id\n\"a\n\nb\",x\nbirch,y\n", [2, 5]),
        ("\u{feff}customer,source_waba_id\nacorn,x\nbirch,y\n", [2, 3]),
    ] {
        let rows: Vec<u64> = read(text).unwrap().bad_rows.iter().map(|bad| bad.row).collect();
        assert_eq!(rows, named, "{text:?}");
    }
}

/// A pipe gives what its writer has written so far, be it one byte.
#[test]
fn a_file_that_comes_in_bits_is_the_same_file() {
    for text in
        ["\n\ncustomer;source_waba_id\nacorn;101\n", "\u{feff}{\"customer\":\"acorn\",\"source_waba_id\":101}\n"]
    {
        let bits = BufReader::with_capacity(1, Cursor::new(text.to_owned().into_bytes()));
        let whole = read_rest(CustomerFile::new("customers", None, Box::new(bits)).unwrap()).unwrap();
        assert_eq!((whole.customers.len(), whole.bad_rows.len()), (1, 0), "{text:?}");
    }
}

#[test]
fn what_is_told_of_an_absurd_file_stays_short() {
    let wide = format!("customer,source_waba_id{}\nacorn,101\n", ",colour".repeat(10_000));
    let blob = "colour,".repeat(10_000);
    let zone = format!("customer,source_waba_id,time_zone\nacorn,101,{}\n", "Europe/".repeat(200_000));
    for text in [wide, blob, zone] {
        let (done, read) = std::sync::mpsc::channel();
        std::thread::spawn(move || done.send(told(text)));
        let told = read.recv_timeout(std::time::Duration::from_secs(10)).unwrap();
        assert!(told.len() < 5_000, "{} bytes: {}", told.len(), told.chars().take(200).collect::<String>());
    }
    let tag = format!("customer,source_waba_id,language\nacorn,101,en{}\n", "-x".repeat(10_000));
    assert_eq!(read(tag).unwrap().bad_rows.len(), 1);
}

#[test]
fn a_column_that_stands_twice_in_an_object_makes_the_row_bad() {
    assert_eq!(
        told("{\"customer\":\"acorn\",\"source_waba_id\":\"101\",\"Source_WABA_id\":\"102\"}\n"),
        "row 1: source_waba_id: it stands there twice\n"
    );
}

#[test]
fn a_token_is_refused_however_many_unknown_keys_come_before_it() {
    let keys: String = (0..60).map(|i| format!("\"key {i}\":1,")).collect();
    assert!(told(format!("{{{keys}\"business_token\":\"EAAx\"}}\n")).contains("does not belong"));
}

#[test]
fn rows_with_too_many_cells_and_unknown_columns_are_told() {
    assert_eq!(
        told("customer,source_waba_id,langage,colour\nacorn,101,de,red\nSmith, Sons,102,de,red\n"),
        "acorn 101\n\
         row 3: it has 5 cells, and the header 4: quote a cell that holds the separator\n\
         warning: the column \"langage\" is unknown and was left out; did you mean language?\n\
         warning: the column \"colour\" is unknown and was left out\n"
    );
}

#[test]
fn json_lines_are_read_with_the_same_checks() {
    let lines = "{\"customer\":\"acorn\",\"source_waba_id\":101,\"language\":null}\n\
                 \n\
                 {\"customer\":\"birch\",\"source_waba_id\":\"102\",\"colour\":\"red\"}\n\
                 {\"customer\":\"cedar\"}\n\
                 {\"customer\":[\"cedar\"],\"source_waba_id\":1.5}\n\
                 nonsense\n\
                 {\"customer\":\"open\",\n\
                 [1]\n\
                 {\"customer\":\"acorn\",\"source_waba_id\":\"101\",\"colour\":\"blue\"}\n";
    insta::assert_snapshot!(told(lines));
    insta::assert_snapshot!(
        "json_token",
        told("{\"customer\":\"acorn\",\"source_waba_id\":\"1\",\"Token\":\"EAAx\"}\n")
    );
    let long =
        format!("{{\"customer\":\"{}\"}}\n{{\"customer\":\"birch\",\"source_waba_id\":\"102\"}}\n", "a".repeat(70_000));
    assert_eq!(told(long), "birch 102\nrow 1: the line is longer than 65536 bytes\n");
    assert!(told(b"{\"customer\":\"Caf\xe9\"}\n".to_vec()).contains("not UTF-8"));
}

#[test]
fn the_ending_of_the_name_decides_before_the_first_byte_does() {
    let file =
        |extension| CustomerFile::new("x", Some(extension), Box::new(Cursor::new(b"{\"customer\":\"a\"}".to_vec())));
    assert!(file("csv").is_err());
    assert!(file("jsonl").is_ok());
}

#[test]
fn a_hundred_thousand_rows_are_read_one_by_one() {
    let mut text = "customer,source_waba_id,time_zone\n".to_owned();
    for i in 0..100_000 {
        writeln!(text, "customer-{i},{},Europe/Berlin", 310_000_000_000_000_u64 + i).unwrap();
    }
    let whole = read(text).unwrap();
    assert_eq!((whole.customers.len(), whole.bad_rows.len()), (100_000, 0));
}

proptest::proptest! {
    #[test]
    fn no_bytes_break_it(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..300), json in proptest::bool::ANY) {
        let mut file = if json { b"{\"customer\":\"a\",".to_vec() } else { b"customer,source_waba_id\n".to_vec() };
        file.extend(bytes);
        // A carriage return alone ends a row of CSV as well.
        let rows = file.split(|byte| matches!(*byte, b'\n' | b'\r')).count();
        if let Ok(whole) = read(file) {
            proptest::prop_assert!(whole.customers.len() + whole.bad_rows.len() <= rows);
        }
    }
}

/// The fuzz target's inputs, drawn from fixed seeds; `fuzz/README.md` tells how to let it run on.
#[test]
fn drawn_files_lose_no_row() {
    let (mut kept, mut named, mut refused) = (0, 0, 0);
    for seed in 0..1_500_u64 {
        // Bytes that are the same for the same seed everywhere (Knuth's generator MMIX).
        let mut state = seed;
        let bytes: Vec<u8> = std::iter::repeat_with(|| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 56) as u8
        })
        .skip(8)
        .take(200)
        .collect();
        match fuzz::play(&bytes) {
            Some((customers, bad)) => {
                kept += customers;
                named += bad;
            }
            None => refused += 1,
        }
    }
    assert!(kept > 100 && named > 500 && refused > 50, "{kept} kept, {named} named, {refused} files refused");
}

#[test]
fn the_corpus_loses_no_row() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus/customer_file");
    let files: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(!files.is_empty(), "{} is empty", folder.display());
    for file in files {
        fuzz::play(&std::fs::read(file).unwrap());
    }
}
