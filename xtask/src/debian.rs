//! Programs that steps need and that root can have on Debian and those who descend from it.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};

use crate::output;

const APT_GET: &str = "/usr/bin/apt-get";

/// Whether this process may install. `id` is asked, as the standard library knows no users.
pub(crate) fn may_install() -> bool {
    let answer = Command::new("id").arg("-u").stderr(Stdio::null()).output();
    Path::new(APT_GET).exists() && answer.is_ok_and(|answer| answer.stdout.trim_ascii() == b"0")
}

/// Installs a package without its recommendations.
pub(crate) fn install(package: &str) -> Result<()> {
    for arguments in [["update", "-qq"].as_slice(), &["install", "-qq", "-y", "--no-install-recommends", package]] {
        output::error_line(&format!("    apt-get {}", arguments.join(" ")));
        let mut command = Command::new(APT_GET);
        command.args(arguments).env("DEBIAN_FRONTEND", "noninteractive").stdin(Stdio::null()).stdout(Stdio::null());
        let status = command.status().context("cannot start apt-get")?;
        if !status.success() {
            bail!("apt-get cannot install {package} ({status}): install it by hand");
        }
    }
    Ok(())
}
