//! Secrets of the configuration: from the environment, or from a file that its owner alone can read.

use std::fs;
use std::path::{Path, PathBuf};

use secrecy::SecretString;

use super::{Environment, Variable};
use crate::exit::Trouble;

/// The secret of `variable`; otherwise the content of `file`, where one is configured.
pub(super) fn of(
    environment: &Environment,
    variable: Variable,
    file: Option<PathBuf>,
) -> Result<Option<SecretString>, Trouble> {
    match (environment.get(variable), file) {
        (Some(text), _) => Ok(Some(SecretString::from(text.trim().to_owned()))),
        (None, Some(path)) => read(&path).map(Some),
        (None, None) => Ok(None),
    }
}

fn read(path: &Path) -> Result<SecretString, Trouble> {
    let text = fs::read_to_string(path)
        .map_err(|error| Trouble::bad_input(format!("cannot read the secret in {}: {error}", path.display())))?;
    if is_open_to_others(path) {
        tracing::warn!("{} can be read by others than its owner: `chmod 600 {0}`", path.display());
    }
    Ok(SecretString::from(text.trim().to_owned()))
}

/// Whether anybody but the owner may read the file.
pub(crate) fn is_open_to_others(path: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::metadata(path).is_ok_and(|metadata| metadata.permissions().mode() & 0o077 != 0)
    }
    #[cfg(not(unix))]
    {
        let _ = path;
        false
    }
}
