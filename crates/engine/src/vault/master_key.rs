//! The key that wraps all others.
//!
//! It is 32 bytes, written as 64 hexadecimal digits: in the environment variable [`MASTER_KEY_VARIABLE`], or alone in a
//! file that nobody but its owner may read. The same text serves in both, so a file can be moved into a secret manager
//! and back.

use std::{
    fmt,
    fs::{self, File, OpenOptions},
    io::{self, Read, Write},
    path::{Path, PathBuf},
};

use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::randomness::{Randomness, RandomnessError};

/// The environment variable that gives the master key.
pub const MASTER_KEY_VARIABLE: &str = "UNMOOR_MASTER_KEY";
pub(super) const KEY_BYTES: usize = 32;
const ID_BYTES: usize = 8;
/// No key file is longer; what is need not be read.
const LONGEST_FILE: u64 = 4096;

/// Tells one master key from another without telling anything about it. Shown as 16 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MasterKeyId([u8; ID_BYTES]);

impl MasterKeyId {
    pub(super) const fn from_bytes(bytes: [u8; ID_BYTES]) -> Self {
        Self(bytes)
    }

    pub(super) const fn as_bytes(&self) -> &[u8; ID_BYTES] {
        &self.0
    }
}

impl fmt::Display for MasterKeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for MasterKeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MasterKeyId({self})")
    }
}

/// There is no usable master key. None of these holds a character of it.
#[derive(Debug, thiserror::Error)]
pub enum MasterKeyError {
    /// The text is no key.
    #[error("{whence} holds no master key: it must be 64 hexadecimal digits (32 bytes), and has {found}")]
    NotAKey {
        /// The variable or the file.
        whence: String,
        /// What is wrong, e.g. `63 characters`.
        found: String,
    },
    /// The key is one that a person typed to have something there.
    #[error(
        "the master key in {whence} is one byte 32 times over: draw a random one, e.g. with `openssl rand -hex 32`"
    )]
    Trivial {
        /// The variable or the file.
        whence: String,
    },
    /// Others than its owner may use the file.
    #[error(
        "the master key file {path} is open to others (mode {mode:04o}): whoever has read it can open the vault; \
         if nobody has, `chmod 600 {path}`"
    )]
    OpenToOthers {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// Something with that name is no regular file.
    #[error("the master key file {path} is no regular file")]
    NotAFile {
        /// What was given.
        path: PathBuf,
    },
    /// An operation on the file failed.
    #[error("cannot {operation} {path}, for the master key")]
    File {
        /// What was to be done, e.g. `read`.
        operation: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// No random bytes for a new key.
    #[error("cannot draw a master key")]
    Randomness(#[from] RandomnessError),
}

/// The key that wraps the keys of all records.
pub struct MasterKey {
    bytes: Zeroizing<[u8; KEY_BYTES]>,
    id: MasterKeyId,
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MasterKey({})", self.id)
    }
}

impl MasterKey {
    /// The key that stands in the environment variable [`MASTER_KEY_VARIABLE`].
    ///
    /// # Errors
    /// [`MasterKeyError`] when the text is not 64 hexadecimal digits, or a trivial key.
    pub fn from_variable(text: &SecretString) -> Result<Self, MasterKeyError> {
        Self::parse(text.expose_secret().as_bytes(), MASTER_KEY_VARIABLE)
    }

    /// The key in the file at `path`.
    ///
    /// # Errors
    /// [`MasterKeyError`] when the file cannot be read, may be read by others, or holds no key.
    pub fn load(path: &Path) -> Result<Self, MasterKeyError> {
        let file = File::open(path).map_err(failed("open", path))?;
        // Asked of the open file: what is judged is what is read.
        let metadata = file.metadata().map_err(failed("look at", path))?;
        if !metadata.is_file() {
            return Err(MasterKeyError::NotAFile { path: path.to_owned() });
        }
        refuse_if_open_to_others(path, &metadata)?;
        let mut text = Zeroizing::new(Vec::with_capacity(LONGEST_FILE as usize));
        file.take(LONGEST_FILE).read_to_end(&mut text).map_err(failed("read", path))?;
        Self::parse(text.trim_ascii_end(), &path.display().to_string())
    }

    /// The key in the file at `path`. Where there is no such file, a key is drawn and the file made, readable by its
    /// owner only; folders that are missing are made for the owner only, those that exist stay as they are. The file
    /// appears with its whole content or not at all, and of two processes who do this at once both get the same key.
    ///
    /// # Errors
    /// As [`MasterKey::load`], and when the file cannot be made or no key be drawn.
    pub fn load_or_create(path: &Path, randomness: &dyn Randomness) -> Result<Self, MasterKeyError> {
        match Self::load(path) {
            Err(MasterKeyError::File { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
                create(path, randomness)?;
                Self::load(path)
            }
            loaded => loaded,
        }
    }

    /// Which key it is.
    #[must_use]
    pub fn id(&self) -> MasterKeyId {
        self.id
    }

    pub(super) fn bytes(&self) -> &[u8; KEY_BYTES] {
        &self.bytes
    }

    fn parse(text: &[u8], whence: &str) -> Result<Self, MasterKeyError> {
        let not_a_key = |found: String| MasterKeyError::NotAKey { whence: whence.to_owned(), found };
        if text.len() != 2 * KEY_BYTES {
            return Err(not_a_key(format!("{} characters", text.len())));
        }
        let mut bytes = Zeroizing::new([0; KEY_BYTES]);
        // The library's error names the offending character, which may be the secret's.
        hex::decode_to_slice(text, bytes.as_mut())
            .map_err(|_| not_a_key("other characters than digits and a to f".to_owned()))?;
        if bytes.iter().all(|byte| Some(byte) == bytes.first()) {
            return Err(MasterKeyError::Trivial { whence: whence.to_owned() });
        }
        let digest = Sha256::new().chain_update(b"unmoor master key id").chain_update(*bytes).finalize();
        let mut id = [0; ID_BYTES];
        id.iter_mut().zip(digest).for_each(|(id, byte)| *id = byte);
        Ok(Self { bytes, id: MasterKeyId(id) })
    }
}

fn failed(operation: &'static str, path: &Path) -> impl FnOnce(io::Error) -> MasterKeyError {
    move |source| MasterKeyError::File { operation, path: path.to_owned(), source }
}

/// Writes a new key beside `path`, makes it durable, and only then gives it its name, which fails if the name is taken.
fn create(path: &Path, randomness: &dyn Randomness) -> Result<(), MasterKeyError> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    owner_only_folders().recursive(true).create(folder).map_err(failed("make the folder", folder))?;

    let mut key = Zeroizing::new([0; KEY_BYTES]);
    let mut suffix = [0; 8];
    randomness.fill(key.as_mut())?;
    randomness.fill(&mut suffix)?;
    let draft = folder.join(format!(".master-key-{}", hex::encode(suffix)));
    let named = write_durably(&draft, &key).and_then(|()| match fs::hard_link(&draft, path) {
        // Somebody else was faster; theirs is the key.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        linked => linked.map_err(failed("make", path)),
    });
    let removed = fs::remove_file(&draft);
    named?;
    removed.map_err(failed("remove the draft", &draft))?;
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed("make durable the folder", folder))
}

fn write_durably(path: &Path, key: &[u8; KEY_BYTES]) -> Result<(), MasterKeyError> {
    let mut text = Zeroizing::new([0; 2 * KEY_BYTES]);
    hex::encode_to_slice(key, text.as_mut())
        .map_err(|error| failed("write", path)(io::Error::other(error.to_string())))?;
    let mut file = owner_only_file().create_new(true).write(true).open(path).map_err(failed("make", path))?;
    file.write_all(text.as_ref()).and_then(|()| file.write_all(b"\n")).map_err(failed("write", path))?;
    file.sync_all().map_err(failed("make durable", path))
}

#[cfg(unix)]
fn owner_only_file() -> OpenOptions {
    use std::os::unix::fs::OpenOptionsExt;
    let mut options = OpenOptions::new();
    options.mode(0o600);
    options
}

#[cfg(unix)]
fn owner_only_folders() -> fs::DirBuilder {
    use std::os::unix::fs::DirBuilderExt;
    let mut builder = fs::DirBuilder::new();
    builder.mode(0o700);
    builder
}

#[cfg(unix)]
fn refuse_if_open_to_others(path: &Path, metadata: &fs::Metadata) -> Result<(), MasterKeyError> {
    use std::os::unix::fs::PermissionsExt;
    let mode = metadata.permissions().mode() & 0o7777;
    if mode & 0o077 == 0 { Ok(()) } else { Err(MasterKeyError::OpenToOthers { path: path.to_owned(), mode }) }
}

#[cfg(not(unix))]
fn owner_only_file() -> OpenOptions {
    OpenOptions::new()
}

#[cfg(not(unix))]
fn owner_only_folders() -> fs::DirBuilder {
    fs::DirBuilder::new()
}

/// Elsewhere permission is a matter of access lists that the folder hands down.
#[cfg(not(unix))]
fn refuse_if_open_to_others(_path: &Path, _metadata: &fs::Metadata) -> Result<(), MasterKeyError> {
    Ok(())
}

#[cfg(all(test, unix))]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::randomness::{OsRandomness, SeededRandomness};
    use std::os::unix::fs::PermissionsExt;

    const KEY: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

    fn variable(text: &str) -> Result<MasterKey, MasterKeyError> {
        MasterKey::from_variable(&SecretString::from(text))
    }

    fn chmod(path: &Path, mode: u32) {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }

    #[test]
    fn a_variable_holds_64_hexadecimal_digits() {
        assert_eq!(variable(KEY).unwrap().id(), variable(&KEY.to_uppercase()).unwrap().id());
        for (text, part) in [
            ("", "has 0 characters"),
            ("00", "has 2 characters"),
            (&KEY.replace('f', "g"), "other characters"),
            (&"0".repeat(64), "32 times over"),
        ] {
            let message = variable(text).unwrap_err().to_string();
            assert!(message.contains(part) && message.contains(MASTER_KEY_VARIABLE), "{message}");
        }
    }

    #[test]
    fn nothing_shown_holds_the_key() {
        let key = variable(KEY).unwrap();
        assert_eq!(format!("{key:?}"), format!("MasterKey({})", key.id()));
        assert!(!KEY.contains(&key.id().to_string()));
        let wrong = KEY.replace("1f", "zz");
        let error = variable(&wrong).unwrap_err();
        assert!(!format!("{error} {error:?}").contains('z'));
    }

    #[test]
    fn first_use_makes_a_file_for_its_owner_and_the_next_use_reads_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a/b/master.key");
        let made = MasterKey::load_or_create(&path, &OsRandomness).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::metadata(path.parent().unwrap()).unwrap().permissions().mode() & 0o777, 0o700);
        assert_eq!(MasterKey::load_or_create(&path, &OsRandomness).unwrap().id(), made.id());
        let text = fs::read_to_string(&path).unwrap();
        assert_eq!(variable(text.trim_end()).unwrap().id(), made.id(), "the file's text serves as the variable's");
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1, "no draft stays behind");
    }

    #[test]
    fn a_folder_that_exists_keeps_its_permission() {
        let folder = tempfile::tempdir().unwrap();
        chmod(folder.path(), 0o755);
        MasterKey::load_or_create(&folder.path().join("master.key"), &OsRandomness).unwrap();
        assert_eq!(fs::metadata(folder.path()).unwrap().permissions().mode() & 0o777, 0o755);
    }

    #[test]
    fn who_comes_second_takes_the_first_ones_key() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("master.key");
        create(&path, &SeededRandomness::new(1)).unwrap();
        let first = MasterKey::load(&path).unwrap().id();
        create(&path, &SeededRandomness::new(2)).unwrap();
        assert_eq!(MasterKey::load(&path).unwrap().id(), first);
    }

    #[test]
    fn a_file_open_to_others_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("master.key");
        fs::write(&path, KEY).unwrap();
        for mode in [0o640, 0o604, 0o620, 0o644] {
            chmod(&path, mode);
            let error = MasterKey::load(&path).unwrap_err();
            assert!(matches!(error, MasterKeyError::OpenToOthers { .. }), "{error}");
            assert!(error.to_string().contains("chmod 600"), "{error}");
        }
        chmod(&path, 0o400);
        assert!(MasterKey::load(&path).is_ok());
    }

    #[test]
    fn a_file_of_another_length_is_refused_and_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("master.key");
        for text in ["", "abc\n", &format!("{KEY}00"), &"a".repeat(10_000)] {
            fs::write(&path, text).unwrap();
            chmod(&path, 0o600);
            let error = MasterKey::load_or_create(&path, &OsRandomness).unwrap_err();
            assert!(matches!(error, MasterKeyError::NotAKey { .. }), "{error}");
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
        }
    }

    #[test]
    fn a_folder_is_no_key_file() {
        let folder = tempfile::tempdir().unwrap();
        let error = MasterKey::load_or_create(folder.path(), &OsRandomness).unwrap_err();
        assert!(matches!(error, MasterKeyError::NotAFile { .. }), "{error}");
    }

    #[test]
    fn a_missing_file_is_an_error_where_none_may_be_made() {
        let folder = tempfile::tempdir().unwrap();
        let error = MasterKey::load(&folder.path().join("none")).unwrap_err();
        assert!(error.to_string().starts_with("cannot open "), "{error}");
    }
}
