#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::{fs, io::Read};

use tempfile::TempDir;

use super::*;

const LONG: Duration = Duration::from_secs(60);

/// A shell script as a command; the folder is its first argument.
fn script(folder: &TempDir, text: &str, time_out: Duration) -> HookCommand {
    let path = folder.path().join("hook.sh");
    fs::write(&path, text).unwrap();
    let words = ["/bin/sh".to_owned(), path.display().to_string(), folder.path().display().to_string()];
    HookCommand::new(words.to_vec(), time_out).unwrap()
}

fn before_move() -> BeforeMove {
    BeforeMove {
        at: "2026-11-22T10:00:00Z".parse().unwrap(),
        rehearsal: false,
        migration: MigrationId::of(WabaId::new("104996122399160").unwrap()),
        customer: "Kelp & Kiln \"Pottery\" $(date)".into(),
        number: E164::new("+16505551234").unwrap(),
        old_phone_number_id: Some(PhoneNumberId::new("106540352242922").unwrap()),
        source_waba: WabaId::new("104996122399160").unwrap(),
        destination_waba: WabaId::new("245882118600000").unwrap(),
    }
}

async fn ask(text: &str, time_out: Duration) -> Verdict {
    let folder = tempfile::tempdir().unwrap();
    let hooks = Hooks { before_move: Some(script(&folder, text, time_out)), ..Hooks::default() };
    hooks.before_move(&before_move()).await
}

fn vetoed(reason: &str) -> Verdict {
    Verdict::Vetoed { reason: reason.into() }
}

#[tokio::test]
async fn status_0_allows_and_so_does_having_no_command() {
    assert_eq!(ask("exit 0", LONG).await, Verdict::Allowed);
    assert_eq!(Hooks::default().before_move(&before_move()).await, Verdict::Allowed);
}

#[tokio::test]
async fn another_status_vetoes_with_the_last_line() {
    assert_eq!(ask("echo asking; echo a broadcast is running; exit 7", LONG).await, vetoed("a broadcast is running"));
    assert_eq!(ask("echo noise; echo no lock >&2; echo; exit 1", LONG).await, vetoed("noise"));
    assert_eq!(
        ask("echo no lock >&2; exit 1", LONG).await,
        vetoed("no lock"),
        "standard error where nothing else was said"
    );
}

#[tokio::test]
async fn a_silent_or_killed_command_vetoes_with_its_status() {
    for (text, part) in [("exit 3", "exit status: 3"), ("kill -9 $$", "signal: 9")] {
        let Verdict::Vetoed { reason } = ask(text, LONG).await else { panic!("{text} allowed the move") };
        assert!(reason.contains(part) && reason.contains("before-move"), "{reason}");
    }
}

#[tokio::test]
async fn a_command_that_is_not_there_vetoes() {
    let command = HookCommand::new(vec!["/no/such/program".into()], LONG).unwrap();
    let hooks = Hooks { before_move: Some(command), ..Hooks::default() };
    let Verdict::Vetoed { reason } = hooks.before_move(&before_move()).await else { panic!("it allowed the move") };
    assert!(reason.contains("/no/such/program") && reason.contains("cannot be started: "), "{reason}");
}

#[tokio::test]
async fn a_command_that_does_not_end_vetoes() {
    let Verdict::Vetoed { reason } = ask("sleep 600", Duration::from_millis(20)).await else {
        panic!("it allowed the move")
    };
    assert!(reason.contains("did not end within 20ms"), "{reason}");
}

#[tokio::test]
async fn input_comes_as_json_and_as_variables() {
    let folder = tempfile::tempdir().unwrap();
    let text = r#"cat > "$1/input"; env > "$1/env""#;
    let hooks = Hooks { before_move: Some(script(&folder, text, LONG)), ..Hooks::default() };
    assert_eq!(hooks.before_move(&before_move()).await, Verdict::Allowed);

    let input = fs::read_to_string(folder.path().join("input")).unwrap();
    let expected = serde_json::json!({
        "hook": "before_move",
        "at": "2026-11-22T10:00:00Z",
        "rehearsal": false,
        "migration": "104996122399160",
        "customer": "Kelp & Kiln \"Pottery\" $(date)",
        "number": "+16505551234",
        "old_phone_number_id": "106540352242922",
        "source_waba": "104996122399160",
        "destination_waba": "245882118600000",
    });
    assert_eq!(serde_json::from_str::<serde_json::Value>(&input).unwrap(), expected);
    assert!(input.ends_with("}\n"));

    let env = fs::read_to_string(folder.path().join("env")).unwrap();
    let mut ours: Vec<&str> = env.lines().filter(|line| line.starts_with("UNMOOR_")).collect();
    ours.sort_unstable();
    assert_eq!(
        ours,
        [
            "UNMOOR_AT=2026-11-22T10:00:00Z",
            "UNMOOR_CUSTOMER=Kelp & Kiln \"Pottery\" $(date)",
            "UNMOOR_DESTINATION_WABA=245882118600000",
            "UNMOOR_HOOK=before_move",
            "UNMOOR_MIGRATION=104996122399160",
            "UNMOOR_NUMBER=+16505551234",
            "UNMOOR_OLD_PHONE_NUMBER_ID=106540352242922",
            "UNMOOR_REHEARSAL=false",
            "UNMOOR_SOURCE_WABA=104996122399160",
        ]
    );
    assert!(env.lines().any(|line| line.starts_with("PATH=")), "the rest of the environment is handed down");
}

#[tokio::test]
async fn after_a_register_both_ids_are_told_and_a_failure_is_reported() {
    let folder = tempfile::tempdir().unwrap();
    let command = script(
        &folder,
        r#"echo "$UNMOOR_STAGE: $UNMOOR_OLD_PHONE_NUMBER_ID to $UNMOOR_NEW_PHONE_NUMBER_ID"; exit 1"#,
        LONG,
    );
    let asked = before_move();
    let input = AfterRegister {
        at: asked.at,
        rehearsal: true,
        stage: RegisterStage::Registered,
        migration: asked.migration,
        customer: asked.customer,
        number: asked.number,
        old_phone_number_id: asked.old_phone_number_id.unwrap(),
        new_phone_number_id: PhoneNumberId::new("777").unwrap(),
        source_waba: asked.source_waba,
        destination_waba: asked.destination_waba,
        old_display_phone_number: "+1 650-555-1234".to_owned(),
        new_display_phone_number: None,
        written_form_changed: None,
    };
    let hooks = Hooks { after_register: Some(command), ..Hooks::default() };
    let error = hooks.after_register(&input).await.unwrap_err().to_string();
    assert!(error.ends_with("failed with exit status: 1: registered: 106540352242922 to 777"), "{error}");
    assert!(Hooks::default().after_register(&input).await.is_ok());
}

#[tokio::test]
async fn an_alarm_may_be_about_the_fleet() {
    let folder = tempfile::tempdir().unwrap();
    let text = r#"echo "${UNMOOR_HOOK} ${UNMOOR_CODE} ${UNMOOR_NUMBER-unset}" > "$1/told""#;
    let hooks = Hooks { alarm: Some(script(&folder, text, LONG)), ..Hooks::default() };
    let alarm = AlarmRaised {
        at: before_move().at,
        rehearsal: false,
        code: "MOVES_STOPPED".into(),
        message: "Two moves failed in the same way.".into(),
        migration: None,
        customer: None,
        number: None,
    };
    hooks.alarm(&alarm).await.unwrap();
    assert_eq!(fs::read_to_string(folder.path().join("told")).unwrap(), "alarm MOVES_STOPPED unset\n");
}

#[tokio::test]
async fn much_output_blocks_nobody() {
    let text =
        "i=0; while [ $i -lt 4000 ]; do echo 'a line of some length, to fill any pipe there is'; i=$((i+1)); done
        echo full; exit 1";
    assert_eq!(ask(text, LONG).await, vetoed("full"));
}

#[tokio::test]
async fn what_a_command_leaves_behind_does_not_hold_the_verdict() {
    let folder = tempfile::tempdir().unwrap();
    // Held open by something in the background, long after the command has ended.
    let text = r#"sleep 600 & echo $! > "$1/left"; echo no; exit 1"#;
    let hooks = Hooks { before_move: Some(script(&folder, text, LONG)), ..Hooks::default() };
    assert_eq!(hooks.before_move(&before_move()).await, vetoed("no"));
    let left: i32 = fs::read_to_string(folder.path().join("left")).unwrap().trim().parse().unwrap();
    let left = rustix::process::Pid::from_raw(left).unwrap();
    rustix::process::kill_process(left, rustix::process::Signal::KILL).expect("it goes on, as the command wished");
}

#[tokio::test]
async fn what_a_command_started_is_killed_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let text = r#"(exec > "$1/pipe"; echo up; sleep 600) & wait"#;
    let hooks = Hooks { before_move: Some(script(&folder, text, LONG)), ..Hooks::default() };
    let asking = tokio::spawn(async move { hooks.before_move(&before_move()).await });
    let mut pipe = tokio::task::spawn_blocking(move || {
        let mut pipe = fs::File::open(pipe).unwrap();
        let mut up = [0; 3];
        pipe.read_exact(&mut up).unwrap();
        pipe
    })
    .await
    .unwrap();
    asking.abort();
    assert!(asking.await.unwrap_err().is_cancelled());
    let rest = tokio::task::spawn_blocking(move || {
        let mut rest = Vec::new();
        pipe.read_to_end(&mut rest).unwrap();
        rest
    });
    assert!(rest.await.unwrap().is_empty(), "the pipe ends when the last process that held it is gone");
}

#[test]
fn a_command_has_a_program() {
    assert_eq!(HookCommand::new(Vec::new(), LONG), Err(EmptyCommand));
    assert_eq!(HookCommand::new(vec![String::new()], LONG), Err(EmptyCommand));
}
