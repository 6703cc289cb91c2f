//! What came of a form, in one sentence: the redirect carries a word, the page behind it shows the sentence.

/// One result.
pub(super) struct Notice {
    /// As the query has it.
    pub(super) word: &'static str,
    pub(super) tone: Tone,
    pub(super) text: &'static str,
}

/// How a result is to be taken.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Tone {
    /// It was done.
    Done,
    /// Nothing changed; the sentence says why.
    Unchanged,
    /// Something is left to do.
    Bad,
}

macro_rules! notices {
    ($($name:ident $word:literal $tone:ident $text:literal;)+) => {
        impl Notice {
            $(pub(super) const $name: Self = Self { word: $word, tone: Tone::$tone, text: $text };)+
            const ALL: &'static [Self] = &[$(Self::$name),+];
        }
    };
}

notices! {
    ACCEPTED "accepted" Done "You accepted the request. A new WhatsApp account was made; add a payment method to it.";
    DECLINED "declined" Done "You declined the request. Nothing changes for your WhatsApp account.";
    ALREADY_ACCEPTED "already-accepted" Unchanged "Nothing changed: this request had already been accepted.";
    ALREADY_DECLINED "already-declined" Unchanged "Nothing changed: this request had already been declined, or it ran out.";
    TURNED_OFF "turned-off" Done "Two-step verification is off for this number.";
    ALREADY_OFF "already-off" Unchanged "Nothing changed: two-step verification was already off for this number.";
    PAYS "payment-added" Done "The payment method was added.";
    CARD_DECLINED "card-declined" Bad "The bank declined the card. The account still has no payment method that works: add another one.";
    PAYS_ALREADY "already-pays" Unchanged "Nothing changed: this account already has a payment method that works.";
    STILL_DECLINED "still-declined" Bad "The bank declined this card again. Add one that works.";
    ADVANCED "advanced" Done "Time was advanced; what fell due has happened.";
    NOTHING_PLANNED "nothing-planned" Unchanged "Nothing changed: time alone brings nothing about at present.";
    RATE_SET "rate-set" Done "The clock runs at the new rate.";
    KNOB_SET "knob-set" Done "The knob was set. It holds from the next request on.";
    FAULT_ADDED "fault-added" Done "The fault was added behind those there were.";
    FAULTS_CLEARED "faults-cleared" Done "All faults were removed.";
    SENT_AGAIN "sent-again" Done "The webhook is due once more.";
    IN_FLIGHT "in-flight" Unchanged "Nothing changed: what came of this webhook is not known yet.";
    PERSON_DID "person-did" Done "It was done; the ledger has it.";
    PERSON_DID_NOT "person-did-not" Unchanged "Nothing changed: there was nothing that this would have changed.";
}

impl Notice {
    pub(super) fn of_word(word: &str) -> Option<&'static Self> {
        Self::ALL.iter().find(|notice| notice.word == word)
    }
}
