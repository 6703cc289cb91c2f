//! A Chromium for the step `browser`: found, or on Debian installed by root, or asked for.

use std::env;
use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};

use crate::debian;

/// The variable that names the program.
const VARIABLE: &str = "UNMOOR_CHROMIUM";
/// What it is called by those who package it, in the order in which they are looked for.
const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];

/// The program.
///
/// # Errors
/// There is none, and none can be installed. The message says what to install.
pub(crate) fn find() -> Result<PathBuf> {
    if let Some(named) = env::var_os(VARIABLE) {
        let named = PathBuf::from(named);
        if !named.is_file() {
            bail!("{VARIABLE} names {}, which is no file", named.display());
        }
        return Ok(named);
    }
    let path = env::var_os("PATH").unwrap_or_default();
    if let Some(found) = within(&path) {
        return Ok(found);
    }
    if !debian::may_install() {
        bail!("this step needs Chromium: install it (on Debian: apt-get install chromium), or name it in {VARIABLE}");
    }
    debian::install("chromium")?;
    within(&path).context("apt-get has installed chromium, and no chromium is in PATH")
}

/// The first of the names that is a file in one of the folders of `path`.
fn within(path: &std::ffi::OsStr) -> Option<PathBuf> {
    let folders: Vec<PathBuf> = env::split_paths(path).collect();
    let candidates = NAMES.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
    candidates.into_iter().find(|candidate| candidate.is_file())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn the_program_is_found_in_the_folders_of_path_by_each_of_its_names() {
        let folder = env::temp_dir().join(format!("unmoor-xtask-chromium-{}", std::process::id()));
        let (first, second) = (folder.join("first"), folder.join("second"));
        fs::create_dir_all(&first).expect("a folder");
        fs::create_dir_all(&second).expect("a folder");
        let path = env::join_paths([&first, &second]).expect("a PATH");
        assert_eq!(within(&path), None);
        fs::write(first.join("google-chrome"), "").expect("a file");
        assert_eq!(within(&path), Some(first.join("google-chrome")));
        fs::write(second.join("chromium"), "").expect("a file");
        assert_eq!(within(&path), Some(second.join("chromium")), "the free one is taken where both are there");
        fs::remove_dir_all(&folder).expect("the folder goes");
    }
}
