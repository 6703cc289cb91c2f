//! The files of headers: what a handle is good for, and the addresses under which reads show them (observations:
//! templates.media_headers, templates.upload).

use bytes::Bytes;
use jiff::{SignedDuration, Timestamp};

use super::{
    super::{Fidelity, Rule},
    content::Context,
    find,
};
use crate::{
    ids::{Id, Seed},
    media_files,
    state::{State, later},
    world::{Template, Upload, World},
};

pub(in crate::rules) const RULE: Rule = Rule {
    name: "templates/media",
    says: "A media header needs the handle of a finished upload of a fitting type to the same app; its address is good for a while and then refused",
    source: "observations: templates.media_headers, templates.upload, templates.template_media_expires_s, templates.template_handle_bound_to_app",
    fidelity: Fidelity::Approximated {
        how: "addresses are of this simulator, under /_media/; the files of templates that nobody uploaded are small invented ones; handles do not run out",
        because: "the real addresses belong to a network of their own; how long a handle lives is not documented",
    },
};

/// Where files are served.
pub(crate) const PATH: &str = "/_media/";

/// Checks the handle of a header.
///
/// # Errors
/// What is wrong with it, in words.
pub(super) fn check_handle(context: &Context<'_>, format: &str, handle: &str) -> Result<(), String> {
    let Some(upload) = upload_of(context.world, handle) else {
        return Err("example.header_handle is no handle of an uploaded file".to_owned());
    };
    if upload.app != context.app && context.knobs.template_handle_bound_to_app {
        return Err("example.header_handle belongs to another app".to_owned());
    }
    let fits = match format {
        "IMAGE" => upload.file_type.starts_with("image/"),
        "VIDEO" | "GIF" => upload.file_type == "video/mp4",
        _ => upload.file_type == "application/pdf",
    };
    if fits { Ok(()) } else { Err(format!("a file of type {} is no {format}", upload.file_type)) }
}

/// The upload that a handle stands for: its session is the third part of it.
fn upload_of<'a>(world: &'a World, handle: &str) -> Option<&'a Upload> {
    let session = handle.split(':').nth(3)?;
    world.uploads.get(session).filter(|upload| upload.handle.as_deref() == Some(handle))
}

/// The address of a template's file, by its place among the template's files.
pub(super) fn address(state: &State, template: &Template, origin: &str, place: usize) -> String {
    let lives = SignedDuration::from_secs(state.knobs.template_media_expires_s.into());
    let until = later(state.now, lives).as_second();
    let signature = signature(state.seed, template.id, place, until);
    format!("{origin}{PATH}{}/{place}?oe={until:x}&oh={signature}", template.id)
}

fn signature(seed: Seed, template: Id, place: usize, until: i64) -> String {
    seed.hex(&["media", &template.to_string(), &place.to_string(), &until.to_string()], 32)
}

/// Why a file is not handed out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Withheld {
    /// Its time is over.
    Expired,
    /// It was never given out like this.
    Forged,
    /// Nothing is there.
    Unknown,
}

/// The file behind an address: its type and its bytes.
pub(crate) fn file(state: &State, path: &str, query: &str) -> Result<(&'static str, Bytes), Withheld> {
    let (template, place) = path.strip_prefix(PATH).and_then(|rest| rest.split_once('/')).ok_or(Withheld::Unknown)?;
    let template: Id = template.parse().map_err(|_| Withheld::Unknown)?;
    let place: usize = place.parse().map_err(|_| Withheld::Unknown)?;
    let mut until = None;
    let mut signed = None;
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        match name.as_ref() {
            "oe" => until = i64::from_str_radix(&value, 16).ok(),
            "oh" => signed = Some(value.into_owned()),
            _ => {}
        }
    }
    let until = until.ok_or(Withheld::Forged)?;
    if signed != Some(signature(state.seed, template, place, until)) {
        return Err(Withheld::Forged);
    }
    if Timestamp::from_second(until).is_ok_and(|until| until <= state.now) {
        return Err(Withheld::Expired);
    }
    let (_, template) = find(state, template).ok_or(Withheld::Unknown)?;
    let (format, handle) = nth_file(template, place).ok_or(Withheld::Unknown)?;
    Ok(match upload_of(&state.world, handle) {
        Some(upload) => (media_files::known_type(&upload.file_type), upload.content.0.clone()),
        None => media_files::sample(state.seed, format, &template.label()),
    })
}

/// Format and handle of a template's files in the order of its components, cards included.
fn nth_file(template: &Template, place: usize) -> Option<(&str, &str)> {
    let cards = template.components.iter().filter_map(|component| component["cards"].as_array()).flatten();
    let inside = cards.filter_map(|card| card["components"].as_array()).flatten();
    let headers = template.components.iter().chain(inside);
    let files = headers.filter_map(|header| {
        let handles = header.pointer("/example/header_handle")?.as_array()?;
        Some((header["format"].as_str()?, handles.first()?.as_str()?))
    });
    files.into_iter().nth(place)
}
