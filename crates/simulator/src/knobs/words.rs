//! The values of knobs that are words.

use serde::{Deserialize, Serialize};

macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$doc])* $variant),+ }

        impl $name {
            /// Every value, in the order in which they are told apart above.
            pub const ALL: &[Self] = &[$(Self::$variant),+];
        }
    };
}

words!(
    /// Setting an intent again while the customer has not answered.
    IntentRepeat {
        /// The same intent answers.
        SameId,
        /// A second one is made.
        NewId,
        /// Refused with 2593079.
        #[serde(rename = "2593079")]
        Refused,
    }
);
words!(
    /// Setting an intent again after the customer has accepted one.
    RepeatAfterAccept {
        /// The same intent answers.
        SameId,
        /// Refused: the WABA is in no state for it.
        Refused,
    }
);
words!(
    /// When an intent turns `COMPLETED`.
    CompletedWhen {
        /// With the register of the last connected number.
        LastRegister,
        /// Never.
        Never,
        /// With the customer's acceptance.
        Accept,
    }
);
words!(
    /// Whether something is shown.
    Presence {
        /// Left out.
        Absent,
        /// Shown.
        Present,
    }
);
words!(
    /// How guide 2 is asked and answered.
    IntentContract {
        /// As the guide prints it.
        Guide,
        /// As the OpenAPI file of v23 prints it.
        SpecV23,
    }
);
words!(
    /// The event that starts the duplication of templates.
    CopyWhen {
        /// The customer's acceptance.
        Accept,
        /// The first number's move.
        Migrate,
        /// The first number's register.
        Register,
    }
);
words!(
    /// Which templates are copied first when the limit bites.
    CopyOrder {
        /// The newest.
        NewestFirst,
        /// By name.
        Name,
    }
);
words!(
    /// When a template with the text of another one is refused.
    DuplicateText {
        /// When it is created.
        Create,
        /// When it is reviewed.
        Review,
    }
);
words!(
    /// How a read shows what an OTP button is.
    OtpReadBack {
        /// In the address of the URL button, and as members of the button.
        Members,
        /// In the address only, which has no apps.
        Address,
    }
);
words!(
    /// The phone number id on the destination.
    PhoneIdAfterMigrate {
        /// A new one.
        New,
        /// The source's.
        Same,
    }
);
words!(
    /// What the source lists for a number that has left.
    SourceAfterRegister {
        /// `MIGRATED`.
        #[serde(rename = "MIGRATED")]
        Migrated,
        /// `DISCONNECTED`.
        #[serde(rename = "DISCONNECTED")]
        Disconnected,
        /// `DELETED`.
        #[serde(rename = "DELETED")]
        Deleted,
        /// Nothing any more.
        Absent,
    }
);
words!(
    /// The storage region of a number that migrates.
    RegionAfterMigrate {
        /// Gone until it is set again.
        Lost,
        /// The source's.
        Kept,
    }
);
words!(
    /// Profile, automation and calling of a number that migrates.
    SettingsAfterMigrate {
        /// Gone until they are set again.
        Lost,
        /// The source's.
        Kept,
    }
);
words!(
    /// What register makes of a storage region.
    RegionInRegister {
        /// Nothing.
        Ignored,
        /// It is set.
        Taken,
        /// The call is refused.
        Refused,
    }
);
words!(
    /// The word for a registered number.
    StatusVocabulary {
        /// The guide's word.
        #[serde(rename = "CONNECTED")]
        Connected,
        /// The OpenAPI file's word.
        #[serde(rename = "LINKED")]
        Linked,
    }
);
words!(
    /// Where a missing payment method stops a number.
    PaymentEnforcedAt {
        /// At guide 8 and 9.
        MigrateAndRegister,
        /// At guide 9.
        RegisterOnly,
        /// When a template is sent, later.
        SendOnly,
    }
);
words!(
    /// Where two-step verification that is still on stops a number.
    TwoStepEnforcedAt {
        /// At guide 9.
        Register,
        /// At guide 8.
        Migrate,
    }
);
words!(
    /// What guide 5 gives after an acceptance.
    TokenAfterAccept {
        /// The token the app already has, covering more.
        SameString,
        /// Another token; the old one still reaches the source alone.
        NewString,
    }
);
words!(
    /// Whether the business token covers the destination as soon as it exists.
    TokenCoverage {
        /// At once.
        On,
        /// `token_covers_dest_delay_s` later.
        Delayed,
    }
);
words!(
    /// HTTP status of a limit.
    ErrorHttpStyle {
        /// 400, as the error pages have it.
        Docs,
        /// 429, as the OpenAPI file has it.
        Spec,
    }
);
words!(
    /// Where the numbers 2388001, 2388012, 2388103, 2494100, 2593079 and 2593085 stand.
    MigrationCodeStyle {
        /// `code` 100 and the number as `error_subcode`.
        Subcode,
        /// The number as `code`.
        Code,
    }
);
words!(
    /// The shape of `error_data`.
    ErrorDataShape {
        /// A JSON object.
        Object,
        /// A string that holds JSON.
        String,
    }
);
words!(
    /// What a display name that differs from the existing one does at guide 8.
    VerifiedNameMismatch {
        /// Nothing: the name travels with the number.
        Accept,
        /// Refused with code 100.
        Error,
    }
);
words!(
    /// The review a destination WABA is born with.
    DestinationReview {
        /// Approved at once.
        Approved,
        /// Pending for `destination_review_s`.
        Pending,
    }
);
words!(
    /// Whether PARTNER_ADDED tells of a destination WABA.
    PartnerAdded {
        /// It does, with the partner's portfolio as `entry.id`.
        On,
        /// It does not.
        Off,
        /// It does, with the WABA as `entry.id`.
        EntryIsWaba,
    }
);
words!(
    /// How webhooks spell a template's language.
    LanguageSpelling {
        /// `en-US`.
        Hyphen,
        /// `en_US`, as the API does.
        Underscore,
    }
);
words!(
    /// For how long a delivery that failed is tried again.
    RetryWindow {
        /// Seven days.
        #[serde(rename = "7d")]
        SevenDays,
        /// 36 hours.
        #[serde(rename = "36h")]
        ThirtySixHours,
    }
);
words!(
    /// Who hears of a message that was sent before the cutover and delivered after it.
    LateStatusTo {
        /// The subscribers of the source.
        Source,
        /// The subscribers of the destination.
        Destination,
    }
);
words!(
    /// Where a message to a number goes that was moved and is not registered yet.
    InboundInTheGap {
        /// To the subscribers of the source.
        Source,
        /// To nobody.
        Lost,
        /// To the subscribers of the destination.
        Destination,
    }
);
words!(
    /// How a template message is refused that nobody would pay for.
    PaymentMissingToldBy {
        /// By the answer of the call.
        Answer,
        /// By a status `failed`, after the call succeeded.
        Status,
    }
);
words!(
    /// What a cutover does to the customer service window that a customer opened before it.
    WindowAfterCutover {
        /// It hangs on the two numbers and stays open.
        Stays,
        /// It hangs on the WABA and is closed for the destination.
        Closes,
    }
);
