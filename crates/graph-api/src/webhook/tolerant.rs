//! Members of a payload that may be of another kind than documented: then they count as absent, and the rest is read. Values are
//! read straight from the text, without a tree of them, since webhooks come by the million.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// What a member becomes of each kind of JSON; its default where nothing is said.
pub(super) trait Member<'de>: Default {
    fn of_text(_text: &str) -> Self {
        Self::default()
    }

    fn of_whole(_number: i64) -> Self {
        Self::default()
    }

    fn of_truth(_truth: bool) -> Self {
        Self::default()
    }

    fn of_list<A: SeqAccess<'de>>(mut list: A) -> Result<Self, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Self::default())
    }

    fn of_object<A: MapAccess<'de>>(mut object: A) -> Result<Self, A::Error> {
        while object.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Self::default())
    }
}

/// Text, or a whole number written as text: Meta sends ids both ways.
#[derive(Debug, Default)]
pub(super) struct Text(pub(super) Option<String>);

/// Truth, also when it is written as text.
#[derive(Debug, Default)]
pub(super) struct Truth(pub(super) Option<bool>);

/// A whole number, also when it is written as text.
#[derive(Debug, Default)]
pub(super) struct Whole(pub(super) Option<i64>);

/// An object.
#[derive(Debug)]
pub(super) struct Object<T>(pub(super) Option<T>);

/// A list; of its elements those that can be one.
#[derive(Debug)]
pub(super) struct List<T>(pub(super) Option<Vec<T>>);

impl<T> Default for Object<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T> Default for List<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T> List<Object<T>> {
    /// The elements that are objects; none where there is no list.
    pub(super) fn objects(self) -> impl Iterator<Item = T> {
        self.0.unwrap_or_default().into_iter().filter_map(|object| object.0)
    }
}

impl Member<'_> for Text {
    fn of_text(text: &str) -> Self {
        Self(Some(text.to_owned()))
    }

    fn of_whole(number: i64) -> Self {
        Self(Some(number.to_string()))
    }
}

impl Member<'_> for Truth {
    fn of_text(text: &str) -> Self {
        Self(text.parse().ok())
    }

    fn of_truth(truth: bool) -> Self {
        Self(Some(truth))
    }
}

impl Member<'_> for Whole {
    fn of_text(text: &str) -> Self {
        Self(text.parse().ok())
    }

    fn of_whole(number: i64) -> Self {
        Self(Some(number))
    }
}

impl<'de, T: Deserialize<'de>> Member<'de> for Object<T> {
    fn of_object<A: MapAccess<'de>>(object: A) -> Result<Self, A::Error> {
        T::deserialize(MapAccessDeserializer::new(object)).map(|value| Self(Some(value)))
    }
}

impl<'de, T: Deserialize<'de>> Member<'de> for List<T> {
    fn of_list<A: SeqAccess<'de>>(mut list: A) -> Result<Self, A::Error> {
        let mut elements = Vec::new();
        while let Some(element) = list.next_element()? {
            elements.push(element);
        }
        Ok(Self(Some(elements)))
    }
}

/// Reads whatever stands there as a member.
pub(super) fn read<'de, D: Deserializer<'de>, T: Member<'de>>(deserializer: D) -> Result<T, D::Error> {
    deserializer.deserialize_any(AnyKind(PhantomData))
}

struct AnyKind<T>(PhantomData<T>);

impl<'de, T: Member<'de>> Visitor<'de> for AnyKind<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("anything")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        Ok(T::of_text(text))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<T, E> {
        Ok(T::of_whole(number))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<T, E> {
        Ok(i64::try_from(number).map_or_else(|_| T::of_text(&number.to_string()), T::of_whole))
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<T, E> {
        Ok(T::default())
    }

    fn visit_bool<E: Error>(self, truth: bool) -> Result<T, E> {
        Ok(T::of_truth(truth))
    }

    fn visit_unit<E: Error>(self) -> Result<T, E> {
        Ok(T::default())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<T, A::Error> {
        T::of_list(list)
    }

    fn visit_map<A: MapAccess<'de>>(self, object: A) -> Result<T, A::Error> {
        T::of_object(object)
    }
}

macro_rules! deserialize_as_member {
    ($($name:ident $(<$of:ident>)?),+) => {$(
        impl<'de $(, $of: Deserialize<'de>)?> Deserialize<'de> for $name $(<$of>)? {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                read(deserializer)
            }
        }
    )+};
}

deserialize_as_member!(Text, Truth, Whole, Object<T>, List<T>);
