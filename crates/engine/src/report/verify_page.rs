//! Whether a page is the one that was sealed.

use sha2::{Digest, Sha256};
use unmoor_store::chain::JournalKey;

use super::VERSION;
use super::finding::{Finding, Mismatch};
use super::header::Header;
use super::verify::{Checked, Form, KeyFits, Unreadable};

/// A part of what every page of ours has in its head.
pub(super) const MARK: &[u8; 14] = b"unmoor-report\"";

/// What stands in the place of a digest or seal while it is computed: as long as they are.
pub(super) const BLANK: &str = "----------------------------------------------------------------";

const DIGEST: &str = "<meta name=\"unmoor-digest\" content=\"";
const SEAL: &str = "<meta name=\"unmoor-seal\" content=\"";
const KEY: &str = "<meta name=\"unmoor-key\" content=\"";

/// Puts digest and seal into a page that has blanks for them.
pub(super) fn seal(page: &str, key: &JournalKey) -> String {
    let (digest, seal) = marks(page.as_bytes(), key);
    let page = page.replacen(&format!("{DIGEST}{BLANK}"), &format!("{DIGEST}{digest}"), 1);
    page.replacen(&format!("{SEAL}{BLANK}"), &format!("{SEAL}{seal}"), 1)
}

/// The heads of a page, with blanks.
pub(super) const HEADS: [&str; 3] = ["unmoor-key", "unmoor-digest", "unmoor-seal"];

fn marks(blank: &[u8], key: &JournalKey) -> (String, String) {
    let digest = hex::encode(Sha256::digest(blank));
    let seal = hex::encode(key.report(format!("page {digest}").as_bytes()));
    (digest, seal)
}

pub(super) fn verify(
    page: &[u8],
    key: Option<&JournalKey>,
    watch: &mut dyn FnMut(&Finding),
) -> Result<Checked, Unreadable> {
    let text = String::from_utf8_lossy(page);
    let is_ours = text.contains("unmoor-report\"") || text.contains(DIGEST) || text.contains(SEAL);
    if !is_ours {
        return Err(Unreadable::Foreign);
    }
    let mut checked = Checked {
        form: Form::Page,
        header: None,
        key: KeyFits::NoKey,
        is_computed: false,
        customers: 0,
        entries: 0,
        findings: 0,
        ends: Vec::new(),
    };
    let mut find = |mismatch| {
        checked.findings += 1;
        watch(&Finding { line: None, customer: None, mismatch });
    };
    if !text.trim_end().ends_with("</html>") {
        find(Mismatch::CutOff { missing: "the end of the page is not there" });
        return Ok(checked);
    }
    let (Some(named), Some(digest), Some(seal)) = (after(&text, KEY), after(&text, DIGEST), after(&text, SEAL)) else {
        find(Mismatch::PageUnsealed);
        return Ok(checked);
    };
    let blank = blanked(page, digest, seal);
    let found = hex::encode(Sha256::digest(&blank));
    let is_as_made = found == digest;
    let fits = match key {
        None => KeyFits::NoKey,
        // A page whose seal holds was made with this key, whatever it says.
        Some(key) if Header::name_of(key) == named || marks(&blank, key).1 == seal => KeyFits::Yes,
        Some(_) => KeyFits::Other,
    };
    let is_sealed = match (key, fits) {
        (Some(key), KeyFits::Yes) => marks(&blank, key).1 == seal,
        (_, KeyFits::Yes | KeyFits::Other | KeyFits::NoKey) => true,
    };
    if !is_as_made || !is_sealed {
        find(Mismatch::PageChanged);
    }
    checked.key = fits;
    tracing::debug!(version = VERSION, "a page was checked");
    Ok(checked)
}

fn after<'a>(text: &'a str, mark: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(mark)?;
    rest.get(..BLANK.len())
}

/// The page as it was when it was sealed.
fn blanked(page: &[u8], digest: &str, seal: &str) -> Vec<u8> {
    let mut blank = page.to_vec();
    for (mark, value) in [(DIGEST, digest), (SEAL, seal)] {
        let wanted = [mark.as_bytes(), value.as_bytes()].concat();
        let place = blank.windows(wanted.len()).position(|part| part == wanted);
        let place = place.map(|place| place + mark.len()..place + wanted.len());
        if let Some(part) = place.and_then(|place| blank.get_mut(place)) {
            part.copy_from_slice(BLANK.as_bytes());
        }
    }
    blank
}
