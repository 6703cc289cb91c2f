//! Processes of `unmoor`, and what they say.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;

use serde_json::Value;

use super::{Deadline, binary};

/// A command that takes longer than this has failed.
const PATIENCE_S: u64 = 120;

/// Where and with what environment commands run.
#[derive(Debug, Clone)]
pub(crate) struct Unmoor {
    folder: PathBuf,
    environment: BTreeMap<String, String>,
}

impl Unmoor {
    /// In `folder`, with an environment that says nothing.
    pub(crate) fn at(folder: impl Into<PathBuf>) -> Self {
        let folder = folder.into();
        let mut environment = BTreeMap::from([("USER".to_owned(), "ada".to_owned())]);
        environment.insert("HOME".to_owned(), folder.display().to_string());
        environment.extend(std::env::var("PATH").map(|path| ("PATH".to_owned(), path)));
        Self { folder, environment }
    }

    /// The same with a variable.
    pub(crate) fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.environment.insert(name.to_owned(), value.into());
        self
    }

    /// The same without a variable.
    pub(crate) fn without(mut self, name: &str) -> Self {
        self.environment.remove(name);
        self
    }

    /// The same with the variables of a file that `simulate --env` has written.
    pub(crate) fn with_file(mut self, path: &Path) -> Self {
        let text = std::fs::read_to_string(path).unwrap();
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let (name, value) = line.split_once('=').unwrap();
            self.environment.insert(name.to_owned(), value.trim_matches('\'').to_owned());
        }
        self
    }

    /// Where commands run.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// A variable that commands see.
    pub(crate) fn variable(&self, name: &str) -> &str {
        &self.environment[name]
    }

    /// Runs a command to its end.
    pub(crate) fn run<const N: usize>(&self, arguments: [&str; N]) -> Finished {
        self.start(arguments).finish()
    }

    /// Runs a command that has to end with 0, and gives what it wrote to stdout.
    pub(crate) fn done<const N: usize>(&self, arguments: [&str; N]) -> String {
        let finished = self.run(arguments);
        finished.expect_status(0).stdout.clone()
    }

    /// Starts a command.
    pub(crate) fn start<const N: usize>(&self, arguments: [&str; N]) -> Running {
        self.spawn(&arguments.map(OsString::from), Stdio::null())
    }

    /// Starts a command with mounts of its own, which a shell's `script` makes before it executes `"$@"`.
    pub(crate) fn start_with_mounts<const N: usize>(&self, script: &str, arguments: [&str; N]) -> Running {
        let mut command = Command::new("unshare");
        command.args(["--user", "--map-root-user", "--mount", "--", "sh", "-c", script, "sh"]);
        command.arg(binary::path()).args(arguments).current_dir(&self.folder).env_clear().envs(&self.environment);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        Running::of(command.spawn().unwrap(), arguments.join(" "))
    }

    /// Runs a command to its end with a file as its standard input.
    pub(crate) fn run_with_input<const N: usize>(&self, arguments: [&str; N], input: &Path) -> Finished {
        let input = std::fs::File::open(input).unwrap();
        self.spawn(&arguments.map(OsString::from), input.into()).finish()
    }

    /// The command, for whoever wants its streams otherwise.
    pub(crate) fn command<const N: usize>(&self, arguments: [&str; N]) -> Command {
        self.prepared(&arguments.map(OsString::from))
    }

    fn prepared(&self, arguments: &[OsString]) -> Command {
        let mut command = Command::new(binary::path());
        command.args(arguments).current_dir(&self.folder).env_clear().envs(&self.environment);
        command
    }

    fn spawn(&self, arguments: &[OsString], stdin: Stdio) -> Running {
        let mut command = self.prepared(arguments);
        command.stdin(stdin).stdout(Stdio::piped()).stderr(Stdio::piped());
        Running::of(command.spawn().unwrap(), arguments.join(" ".as_ref()).to_string_lossy().into_owned())
    }
}

/// Which of the two a line came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stream {
    Out,
    Err,
}

/// A process that runs. It is ended when this is dropped.
#[derive(Debug)]
pub(crate) struct Running {
    child: Child,
    title: String,
    lines: Receiver<(Stream, String)>,
    stdout: String,
    stderr: String,
}

impl Running {
    fn of(mut child: Child, title: String) -> Self {
        let (sender, lines) = channel();
        read_lines(child.stdout.take().unwrap(), Stream::Out, sender.clone());
        read_lines(child.stderr.take().unwrap(), Stream::Err, sender);
        Self { child, title, lines, stdout: String::new(), stderr: String::new() }
    }

    /// Its id.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Waits for a line on either stream that `holds`, and gives it.
    pub(crate) fn line(&mut self, what: &str, holds: impl Fn(&str) -> bool) -> String {
        let deadline = Deadline::in_seconds(PATIENCE_S);
        loop {
            match self.take_line(deadline) {
                Ok(line) if holds(&line) => return line,
                Ok(_) => {}
                Err(_) => panic!("{}: no line with {what}\n{}{}", self.title, self.stdout, self.stderr),
            }
        }
    }

    fn take_line(&mut self, deadline: Deadline) -> Result<String, RecvTimeoutError> {
        let (stream, line) = self.lines.recv_timeout(deadline.left())?;
        let text = match stream {
            Stream::Out => &mut self.stdout,
            Stream::Err => &mut self.stderr,
        };
        text.push_str(&line);
        Ok(line.trim_end_matches('\n').to_owned())
    }

    /// Whether it has ended.
    pub(crate) fn has_ended(&mut self) -> bool {
        self.child.try_wait().unwrap().is_some()
    }

    /// Ends it as an operator or a service manager does.
    pub(crate) fn terminate(&self) {
        // The shell's own `kill`: not every machine has a program of that name.
        let told = Command::new("sh").args(["-c", &format!("kill -TERM {}", self.id())]).status().unwrap();
        assert!(told.success(), "cannot signal {}", self.title);
    }

    /// Ends it as a power failure does.
    pub(crate) fn kill(mut self) -> Finished {
        self.child.kill().unwrap();
        self.finish()
    }

    /// Waits for its end.
    pub(crate) fn finish(self) -> Finished {
        self.finish_within(PATIENCE_S)
    }

    /// Waits for its end, for so many seconds at most.
    pub(crate) fn finish_within(mut self, seconds: u64) -> Finished {
        let deadline = Deadline::in_seconds(seconds);
        loop {
            match self.take_line(deadline) {
                Ok(_) => {}
                // Both streams are closed.
                Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => {
                    panic!("{} has not ended within {seconds} s\n{}{}", self.title, self.stdout, self.stderr)
                }
            }
        }
        let status = self.child.wait().unwrap();
        let (stdout, stderr) = (std::mem::take(&mut self.stdout), std::mem::take(&mut self.stderr));
        Finished { title: self.title.clone(), status, stdout, stderr }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // One that has ended already is only collected.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn read_lines(stream: impl Read + Send + 'static, which: Stream, sender: Sender<(Stream, String)>) {
    thread::spawn(move || {
        let mut stream = BufReader::new(stream);
        let mut line = Vec::new();
        while stream.read_until(b'\n', &mut line).is_ok_and(|read| read > 0) {
            let text = String::from_utf8_lossy(&line).into_owned();
            if sender.send((which, text)).is_err() {
                return;
            }
            line.clear();
        }
    });
}

/// A process that has ended.
#[derive(Debug, Clone)]
pub(crate) struct Finished {
    title: String,
    status: ExitStatus,
    /// All it wrote for programs.
    pub(crate) stdout: String,
    /// All it wrote for people.
    pub(crate) stderr: String,
}

impl Finished {
    /// The arguments it was started with.
    pub(crate) fn title(&self) -> &str {
        &self.title
    }

    /// Its exit status; `None` where a signal ended it.
    pub(crate) fn status(&self) -> Option<i32> {
        self.status.code()
    }

    /// Fails unless it ended with `status`.
    #[track_caller]
    pub(crate) fn expect_status(&self, status: i32) -> &Self {
        assert_eq!(self.status(), Some(status), "{self}");
        self
    }

    /// Fails unless stderr has these words.
    #[track_caller]
    pub(crate) fn expect_stderr(&self, words: &str) -> &Self {
        assert!(self.stderr.contains(words), "stderr lacks {words:?}\n{self}");
        self
    }

    /// Fails unless stdout has these words.
    #[track_caller]
    pub(crate) fn expect_stdout(&self, words: &str) -> &Self {
        assert!(self.stdout.contains(words), "stdout lacks {words:?}\n{self}");
        self
    }

    /// The lines of stdout as JSON, each of which has to be an object.
    #[track_caller]
    pub(crate) fn json_lines(&self) -> Vec<Value> {
        let parse = |line: &str| match serde_json::from_str(line) {
            Ok(Value::Object(object)) => Value::Object(object),
            other => panic!("{line:?} is no object: {other:?}\n{self}"),
        };
        self.stdout.lines().map(parse).collect()
    }
}

impl std::fmt::Display for Finished {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "unmoor {} ended with {}\n--- stdout\n{}--- stderr\n{}",
            self.title, self.status, self.stdout, self.stderr
        )
    }
}
