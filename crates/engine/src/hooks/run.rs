//! Running one command: start, feed, listen, end.

use std::{ffi::OsStr, io, process::Stdio, time::Duration};

use serde_json::Value;
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWriteExt},
    process::{Child, Command},
    time::timeout,
};

use super::{HookCommand, HookError, HookName};

/// Of each of its outputs the last so many bytes are kept; the rest is read and dropped.
const OUTPUT_BYTES: usize = 64 * 1024;
const LINE_CHARACTERS: usize = 500;
/// What a command leaves running may hold its outputs open; nobody waits longer for it.
const OUTPUT_GRACE: Duration = Duration::from_secs(1);

/// Runs the command to its end, or until its time is over.
pub(super) async fn run(command: &HookCommand, hook: HookName, input: &Value) -> Result<(), HookError> {
    let program = || command.program.clone();
    let mut child =
        start(command, input).map_err(|source| HookError::NotStarted { hook, program: program(), source })?;
    let mut group = ProcessGroup::of(&child);
    let mut outputs = [Tail::default(), Tail::default()];

    let ended = timeout(command.time_out, converse(&mut child, input, &mut outputs)).await;
    let Ok(ended) = ended else {
        // The guards kill what is left.
        return Err(HookError::TimedOut { hook, program: program(), time_out: command.time_out });
    };
    let status = ended.map_err(|source| HookError::Lost { hook, program: program(), source })?;
    group.ended();
    if status.success() {
        return Ok(());
    }
    let last_line = outputs.iter().find_map(Tail::last_line);
    Err(HookError::Failed { hook, program: program(), status, last_line })
}

fn start(command: &HookCommand, input: &Value) -> io::Result<Child> {
    let mut child = Command::new(&command.program);
    child
        .args(&command.arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    #[cfg(unix)]
    child.process_group(0);
    for (name, _) in std::env::vars_os().filter(|(name, _)| may_be_secret(name)) {
        child.env_remove(name);
    }
    child.envs(variables(input));
    child.spawn()
}

fn may_be_secret(name: &OsStr) -> bool {
    let name = name.to_string_lossy();
    name.starts_with("UNMOOR_") || name == "DATABASE_URL"
}

/// `{"number": "+16505551234"}` as `UNMOOR_NUMBER=+16505551234`; what is null is not set.
fn variables(input: &Value) -> impl Iterator<Item = (String, String)> {
    input.as_object().into_iter().flatten().filter_map(|(field, value)| {
        let value = match value {
            Value::String(text) => text.clone(),
            Value::Bool(_) | Value::Number(_) => value.to_string(),
            Value::Null | Value::Array(_) | Value::Object(_) => return None,
        };
        Some((format!("UNMOOR_{}", field.to_uppercase()), value))
    })
}

async fn converse(child: &mut Child, input: &Value, outputs: &mut [Tail; 2]) -> io::Result<std::process::ExitStatus> {
    let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let feed = async move {
        if let Some(mut stdin) = stdin {
            // A command need not read its input; then the pipe breaks, which is no failure.
            let _ = stdin.write_all(format!("{input}\n").as_bytes()).await;
        }
    };
    let [out, err] = outputs;
    let talk = async { tokio::join!(feed, out.read(stdout), err.read(stderr)) };
    tokio::pin!(talk);
    tokio::select! {
        status = child.wait() => {
            let _ = timeout(OUTPUT_GRACE, talk).await;
            status
        }
        _ = &mut talk => child.wait().await,
    }
}

/// The end of an output.
#[derive(Default)]
struct Tail(Vec<u8>);

impl Tail {
    async fn read(&mut self, output: Option<impl AsyncRead + Unpin>) {
        let Some(mut output) = output else { return };
        loop {
            // An output that fails has no more to say.
            match output.read_buf(&mut self.0).await {
                Ok(0) | Err(_) => return,
                Ok(_) if self.0.len() > 2 * OUTPUT_BYTES => {
                    self.0.drain(..self.0.len() - OUTPUT_BYTES);
                }
                Ok(_) => {}
            }
        }
    }

    /// The last line that is not empty, fit to be shown: without control characters, and not long.
    fn last_line(&self) -> Option<String> {
        let kept = self.0.split_at_checked(self.0.len().saturating_sub(OUTPUT_BYTES)).map_or(&[][..], |(_, kept)| kept);
        let text = String::from_utf8_lossy(kept);
        let line = text.lines().rev().map(str::trim).find(|line| !line.is_empty())?;
        Some(line.chars().filter(|character| !character.is_control()).take(LINE_CHARACTERS).collect())
    }
}

/// The command and all it started, killed together unless the command has ended by itself.
struct ProcessGroup {
    #[cfg(unix)]
    leader: Option<rustix::process::Pid>,
}

#[cfg(unix)]
impl ProcessGroup {
    fn of(child: &Child) -> Self {
        let leader = child.id().and_then(|id| i32::try_from(id).ok()).and_then(rustix::process::Pid::from_raw);
        Self { leader }
    }

    /// What it left running on purpose goes on; its number may soon be another's.
    fn ended(&mut self) {
        self.leader = None;
    }
}

#[cfg(unix)]
impl Drop for ProcessGroup {
    fn drop(&mut self) {
        if let Some(leader) = self.leader {
            // It fails only where nobody is left.
            let _ = rustix::process::kill_process_group(leader, rustix::process::Signal::KILL);
        }
    }
}

#[cfg(not(unix))]
impl ProcessGroup {
    fn of(_child: &Child) -> Self {
        Self {}
    }

    fn ended(&mut self) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_line_is_fit_to_be_shown() {
        let last_line = |output: &[u8]| Tail(output.to_vec()).last_line();
        assert_eq!(last_line(b"one\n  two \r\n\n  \n").as_deref(), Some("two"));
        assert_eq!(last_line(b"\x1b[31mred\x07\xff").as_deref(), Some("[31mred\u{fffd}"));
        assert_eq!(last_line("é".repeat(600).as_bytes()).map(|line| line.chars().count()), Some(500));
        assert_eq!(last_line(b" \n\t\n"), None);
        assert_eq!(last_line(b""), None);
    }

    #[test]
    fn variables_that_may_hold_a_secret_are_kept_from_commands() {
        for name in ["UNMOOR_SYSTEM_TOKEN", "UNMOOR_MASTER_KEY", "DATABASE_URL"] {
            assert!(may_be_secret(OsStr::new(name)), "{name}");
        }
        for name in ["PATH", "HOME", "MY_DATABASE_URL"] {
            assert!(!may_be_secret(OsStr::new(name)), "{name}");
        }
    }

    #[tokio::test]
    async fn of_an_endless_output_the_end_is_kept_and_memory_is_bounded() {
        let mut output = vec![b'x'; 10 * OUTPUT_BYTES];
        output.extend(b"\nthe end\n");
        let mut tail = Tail::default();
        tail.read(Some(output.as_slice())).await;
        assert_eq!(tail.last_line().as_deref(), Some("the end"));
        assert!(tail.0.len() <= 3 * OUTPUT_BYTES, "{}", tail.0.len());
    }
}
