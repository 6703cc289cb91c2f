//! The resumable upload, and the addresses under which its files are read back (observations: templates.upload,
//! templates.media_headers).

use bytes::Bytes;
use http::{Request, Response};
use jiff::SignedDuration;
use serde_json::{Value, json};
use unmoor_simulator::Reply;

use super::{Answer, Desk, assert_invalid, assert_refused, text};
use crate::common::read;

impl Desk {
    fn raw(&mut self, request: http::request::Builder, body: &[u8]) -> Response<Bytes> {
        let request: Request<Bytes> = request.body(Bytes::copy_from_slice(body)).unwrap();
        match self.caller.simulator.exchange(self.caller.now, &request).reply {
            Reply::Answer(response) => response,
            other @ (Reply::DroppedBefore | Reply::DroppedAfter | Reply::DroppedThenLate { .. }) => panic!("{other:?}"),
        }
    }

    pub(crate) fn begin_upload(&mut self, file_type: &str, length: usize) -> Answer {
        let app = self.caller.credentials.app_id;
        let file_type: String = form_urlencoded::byte_serialize(file_type.as_bytes()).collect();
        let path = format!("/{app}/uploads?file_name=sample&file_length={length}&file_type={file_type}");
        self.caller.post(&path, &self.token.clone(), json!({}))
    }

    pub(crate) fn send(&mut self, session: &str, offset: usize, bytes: &[u8]) -> Answer {
        let request = Request::post(format!("http://graph.example/v25.0/{session}"))
            .header("Authorization", format!("OAuth {}", self.token))
            .header("file_offset", offset.to_string());
        read(&self.raw(request, bytes))
    }

    /// The handle of a file.
    pub(crate) fn uploaded(&mut self, file_type: &str, bytes: &[u8]) -> String {
        let session = text(&self.begin_upload(file_type, bytes.len()).body["id"]);
        text(&self.send(&session, 0, bytes).body["h"])
    }

    pub(crate) fn file(&mut self, address: &str) -> (u16, String, Bytes) {
        let response = self.raw(Request::get(address), b"");
        let kind = response.headers()["content-type"].to_str().unwrap().to_owned();
        (response.status().as_u16(), kind, response.into_body())
    }

    fn with_header(&mut self, name: &str, format: &str, handle: &str) -> Answer {
        self.create_with(
            name,
            json!([
                { "type": "HEADER", "format": format, "example": { "header_handle": [handle] } },
                { "type": "BODY", "text": format!("What {name} shows is above.") }
            ]),
        )
    }
}

fn address(node: &Value) -> String {
    text(&node["components"][0]["example"]["header_handle"][0])
}

#[test]
fn a_file_is_uploaded_in_pieces_and_read_back_until_its_address_expires() {
    let mut desk = Desk::usual();
    let begun = desk.begin_upload("image/png", 10);
    let session = text(&begun.body["id"]);
    assert!(session.starts_with("upload:") && session.contains("?sig="), "{session}");
    assert_eq!(desk.send(&session, 0, b"0123").body["file_offset"], 4);
    let token = desk.token.clone();
    let progress = desk.caller.get(&format!("/{session}"), &token).body;
    assert_eq!(progress, json!({ "id": session, "file_offset": 4 }));
    assert_invalid(&desk.send(&session, 0, b"0123456789"), "4 bytes are there");
    assert_invalid(&desk.send(&session, 4, b"456789X"), "announced");
    let handle = text(&desk.send(&session, 4, b"456789").body["h"]);
    assert!(handle.starts_with("4::"), "{handle}");
    assert_eq!(desk.send(&session, 4, b"456789").body["h"], json!(handle), "sent again it is the same");

    let id = text(&desk.with_header("pictured", "IMAGE", &handle).body["id"]);
    let address = address(&desk.read(&id, "components"));
    assert!(address.starts_with("http://graph.example/_media/"), "{address}");
    assert_eq!(desk.file(&address), (200, "image/png".to_owned(), Bytes::from_static(b"0123456789")));
    let forged = address.replace("oe=", "oe=1");
    assert_eq!(desk.file(&forged).0, 403);
    assert_eq!(desk.file("http://graph.example/_media/1/0").0, 403);
    desk.caller.wait(24);
    let (status, _, words) = desk.file(&address);
    assert_eq!((status, words.as_ref()), (403, b"URL signature expired".as_slice()));
    let fresh = self::address(&desk.read(&id, "components"));
    assert_eq!(desk.file(&fresh).0, 200);
}

#[test]
fn an_address_is_good_for_as_long_as_the_knob_says() {
    for (seconds, lives) in [(60, 60), (86_400, 86_400)] {
        let mut desk = Desk::new(&json!({ "template_media_expires_s": seconds }));
        let handle = desk.uploaded("image/png", b"picture");
        let id = text(&desk.with_header("pictured", "IMAGE", &handle).body["id"]);
        let address = address(&desk.read(&id, "components"));
        desk.caller.now += SignedDuration::from_secs(lives - 1);
        assert_eq!(desk.file(&address).0, 200, "{seconds}");
        desk.caller.now += SignedDuration::from_secs(2);
        assert_eq!(desk.file(&address).0, 403, "{seconds}");
    }
}

#[test]
fn a_header_takes_only_handles_of_fitting_files() {
    let mut desk = Desk::usual();
    let image = desk.uploaded("image/jpeg", b"picture");
    let film = desk.uploaded("video/mp4", b"film");
    let paper = desk.uploaded("application/pdf", b"paper");
    for (name, format, handle) in
        [("a", "IMAGE", &image), ("b", "VIDEO", &film), ("c", "GIF", &film), ("d", "DOCUMENT", &paper)]
    {
        assert_eq!(desk.with_header(name, format, handle).status, 200, "{format}");
    }
    assert_refused(&desk.with_header("e", "IMAGE", &film), 2_388_047, "no IMAGE");
    for nonsense in ["4::aW1hZ2U=:nobody:e:1:2:3", "", "https://scontent.example/picture.png"] {
        assert_refused(&desk.with_header("f", "IMAGE", nonsense), 2_388_047, "handle");
    }
}

#[test]
fn a_handle_belongs_to_its_app_unless_the_knob_says_otherwise() {
    let mut desk = Desk::usual();
    let handle = desk.uploaded("image/png", b"picture");
    let mut world = desk.caller.simulator.world();
    let stranger = "111111111111111".parse().unwrap();
    for upload in world.uploads.values_mut() {
        upload.app = stranger;
    }
    desk.caller.simulator.set_world(world);
    assert_refused(&desk.with_header("theirs", "IMAGE", &handle), 2_388_047, "another app");
    desk.caller.set_knobs(&json!({ "template_handle_bound_to_app": false }));
    assert_eq!(desk.with_header("theirs", "IMAGE", &handle).status, 200);
}

#[test]
fn an_upload_of_the_wrong_kind_or_by_the_wrong_caller_is_refused() {
    let mut desk = Desk::usual();
    assert_invalid(&desk.begin_upload("text/html", 5), "file_type");
    assert_invalid(&desk.begin_upload("image/png", 0), "file_length");
    let token = desk.token.clone();
    let other = desk.caller.post("/123456789012345/uploads?file_length=1&file_type=image/png", &token, json!({}));
    assert_eq!(other.codes(), (100, Some(33)));
    let session = text(&desk.begin_upload("image/png", 5).body["id"]);
    let (unsigned, _) = session.split_once('?').unwrap();
    assert_eq!(desk.send(unsigned, 0, b"12345").codes(), (100, Some(33)));
    assert_eq!(desk.caller.get(&format!("/{unsigned}?sig=AR0"), &token).codes(), (100, Some(33)));
    desk.token = "nobody's".to_owned();
    assert_eq!(desk.send(&session, 0, b"12345").codes().0, 190);
}
