//! Small files of each type that a header may have, for templates whose file nobody uploaded: valid enough to be opened, and
//! different for every template.

use bytes::Bytes;

use crate::ids::Seed;

/// Types that can be uploaded (observations: templates.upload).
pub(crate) const TYPES: [&str; 5] = ["image/jpeg", "image/jpg", "image/png", "video/mp4", "application/pdf"];
/// What anything else counts as.
pub(crate) const UNKNOWN_TYPE: &str = "application/octet-stream";

/// The type itself if it is one that can be uploaded.
pub(crate) fn known_type(file_type: &str) -> &'static str {
    TYPES.into_iter().find(|known| *known == file_type).unwrap_or(UNKNOWN_TYPE)
}

/// Type and bytes of a sample for a header's format.
pub(crate) fn sample(seed: Seed, format: &str, name: &str) -> (&'static str, Bytes) {
    let mark = seed.hex(&["sample", format, name], 32);
    match format {
        "IMAGE" => ("image/png", png(&mark)),
        "DOCUMENT" => ("application/pdf", pdf(&mark)),
        _ => ("video/mp4", mp4(&mark)),
    }
}

/// One pixel whose colour is taken from `mark`.
fn png(mark: &str) -> Bytes {
    let colour: Vec<u8> = hex::decode(mark).unwrap_or_default().into_iter().chain([0; 3]).take(3).collect();
    let header = [0, 0, 0, 1, 0, 0, 0, 1, 8, 2, 0, 0, 0];
    let mut row = vec![0];
    row.extend_from_slice(&colour);
    // A zlib stream of one stored block: length, its complement, the bytes, their checksum.
    let mut stream = vec![0x78, 0x01, 0x01, 0x04, 0x00, 0xfb, 0xff];
    stream.extend_from_slice(&row);
    stream.extend_from_slice(&adler32(&row).to_be_bytes());
    let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
    for (kind, body) in [(b"IHDR", header.as_slice()), (b"IDAT", &stream), (b"IEND", &[])] {
        file.extend_from_slice(&u32::try_from(body.len()).unwrap_or(0).to_be_bytes());
        let mut chunk = kind.to_vec();
        chunk.extend_from_slice(body);
        file.extend_from_slice(&chunk);
        file.extend_from_slice(&crc32(&chunk).to_be_bytes());
    }
    file.into()
}

/// A container that says what it is and holds nothing but `mark`.
fn mp4(mark: &str) -> Bytes {
    let mut file = Vec::new();
    for (kind, body) in [(b"ftyp", b"isom\0\0\x02\0isomiso2mp41".as_slice()), (b"free", mark.as_bytes())] {
        file.extend_from_slice(&u32::try_from(body.len() + 8).unwrap_or(0).to_be_bytes());
        file.extend_from_slice(kind);
        file.extend_from_slice(body);
    }
    file.into()
}

/// One empty page.
fn pdf(mark: &str) -> Bytes {
    Bytes::from(format!(
        "%PDF-1.4\n% {mark}\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n\
         3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 72 72]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
    ))
}

fn adler32(bytes: &[u8]) -> u32 {
    let (mut low, mut high) = (1_u32, 0_u32);
    for byte in bytes {
        low = (low + u32::from(*byte)) % 65_521;
        high = (high + low) % 65_521;
    }
    (high << 16) | low
}

fn crc32(bytes: &[u8]) -> u32 {
    let mut sum = u32::MAX;
    for byte in bytes {
        sum ^= u32::from(*byte);
        for _ in 0..8 {
            let carry = sum & 1;
            sum >>= 1;
            if carry == 1 {
                sum ^= 0xedb8_8320;
            }
        }
    }
    !sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksums_are_those_of_the_published_examples() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
        assert_eq!(adler32(b"Wikipedia"), 0x11e6_0398);
    }

    #[test]
    fn every_template_has_its_own_sample_of_the_right_type() {
        for (format, start) in [("IMAGE", b"\x89PNG".as_slice()), ("DOCUMENT", b"%PDF"), ("VIDEO", b"\0\0\0\x1cftyp")] {
            let (file_type, bytes) = sample(Seed(1), format, "order_shipped/de");
            assert!(bytes.starts_with(start), "{format}: {bytes:?}");
            assert!(TYPES.contains(&file_type));
            assert_eq!(bytes, sample(Seed(1), format, "order_shipped/de").1);
            assert_ne!(bytes, sample(Seed(1), format, "order_shipped/en").1);
        }
    }
}
