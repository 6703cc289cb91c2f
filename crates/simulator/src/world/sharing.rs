//! Components that were read already. While a world is read, what says the same becomes one list, and is not even taken apart a
//! second time: half a million templates of a large fleet have a few thousand texts.

use std::{cell::RefCell, collections::BTreeMap, fmt};

use serde::{
    Deserializer,
    de::{DeserializeSeed, Error, MapAccess, SeqAccess, Visitor},
};

use super::Components;

/// What was read, by its text.
#[derive(Default)]
struct Known {
    components: BTreeMap<Box<[u8]>, Components>,
    /// Room for the text of the one that is being read.
    room: Vec<u8>,
}

thread_local! {
    static KNOWN: RefCell<Option<Known>> = const { RefCell::new(None) };
}

/// Reads something large; templates in it share their components, those of all worlds in it alike.
pub(crate) fn sharing<T>(read: impl FnOnce() -> T) -> T {
    let begins = KNOWN.with_borrow_mut(|known| {
        let begins = known.is_none();
        known.get_or_insert_default();
        begins
    });
    let outcome = read();
    if begins {
        KNOWN.set(None);
    }
    outcome
}

/// Reads components. Those that were read before are given again, where [`sharing`] is going on.
pub(super) fn components<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Components, D::Error> {
    let room = KNOWN.with_borrow_mut(|known| known.as_mut().map(|known| std::mem::take(&mut known.room)));
    let mut text = room.unwrap_or_default();
    text.clear();
    Text(&mut text).deserialize(deserializer)?;
    KNOWN.with_borrow_mut(|known| {
        let Some(known) = known else { return taken_apart(&text) };
        let components = match known.components.get(text.as_slice()) {
            Some(components) => components.clone(),
            None => {
                let components: Components = taken_apart(&text)?;
                known.components.insert(text.as_slice().into(), components.clone());
                components
            }
        };
        known.room = text;
        Ok(components)
    })
}

fn taken_apart<E: Error>(text: &[u8]) -> Result<Components, E> {
    serde_json::from_slice(text).map(|list: Vec<_>| list.into()).map_err(|_| E::custom("components are a list"))
}

/// Any value, written behind what is there as JSON without blanks.
struct Text<'a>(&'a mut Vec<u8>);

impl<'de> DeserializeSeed<'de> for Text<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl Text<'_> {
    fn write<E: Error>(self, value: impl serde::Serialize) -> Result<(), E> {
        serde_json::to_writer(self.0, &value).map_err(E::custom)
    }
}

impl<'de> Visitor<'de> for Text<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of components")
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        self.write(())
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<(), E> {
        self.write(value)
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<(), E> {
        self.write(value)
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<(), E> {
        self.write(value)
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<(), E> {
        self.write(value)
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<(), E> {
        self.write(value)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        let Self(text) = self;
        text.push(b'[');
        while items.next_element_seed(Text(text))?.is_some() {
            text.push(b',');
        }
        close(text, b']');
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<(), A::Error> {
        let Self(text) = self;
        text.push(b'{');
        while entries.next_key_seed(Text(text))?.is_some() {
            text.push(b':');
            entries.next_value_seed(Text(text))?;
            text.push(b',');
        }
        close(text, b'}');
        Ok(())
    }
}

/// Ends a list or an object, in place of the comma behind its last item.
fn close(text: &mut Vec<u8>, end: u8) {
    text.pop_if(|last| *last == b',');
    text.push(end);
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    const TEXT: &str = r#"[
        { "type": "BODY", "text": "Hello {{1}}, \"you\" \u00e9", "example": { "body_text": [["Ada"], []], "empty": {} } },
        { "type": "LIMITED", "has_expiration": true, "of": null, "numbers": [0, -7, 1.5, 18446744073709551615] }
    ]"#;

    fn read(text: &str) -> serde_json::Result<Components> {
        serde_json::from_str(text)
    }

    #[test]
    fn what_says_the_same_is_kept_once_while_one_thing_is_read() {
        let squeezed = serde_json::to_string(&read(TEXT).unwrap()).unwrap();
        let (first, second, other) =
            sharing(|| (read(TEXT).unwrap(), sharing(|| read(&squeezed).unwrap()), read("[]").unwrap()));
        assert!(std::ptr::eq(first.as_ptr(), second.as_ptr()));
        assert!(other.is_empty());
        let later = sharing(|| read(TEXT).unwrap());
        assert!(!std::ptr::eq(first.as_ptr(), later.as_ptr()));
    }

    #[test]
    fn components_are_read_as_they_stand_there() {
        let expected: Vec<serde_json::Value> = serde_json::from_str(TEXT).unwrap();
        assert_eq!(read(TEXT).unwrap().to_vec(), expected);
        assert_eq!(sharing(|| read(TEXT).unwrap()).to_vec(), expected);
        let wrong = sharing(|| read(r#"{ "type": "BODY" }"#)).unwrap_err();
        assert!(wrong.to_string().starts_with("components are a list"), "{wrong}");
    }
}
