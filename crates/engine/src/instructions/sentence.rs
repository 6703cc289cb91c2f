//! The names of the sentences, which every translation has.

macro_rules! sentences {
    ($($variant:ident = $id:literal)*) => {
        /// A sentence of the translations.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(super) enum Sentence {
            $($variant,)*
        }

        impl Sentence {
            /// Every one.
            #[cfg(test)]
            pub(super) const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// Its name in the files.
            pub(super) fn id(self) -> &'static str {
                match self { $(Self::$variant => $id,)* }
            }
        }
    };
}

sentences! {
    Title = "title"
    TitleNothing = "title-nothing"
    Introduction = "introduction"
    IntroductionNamed = "introduction-named"
    OnlyYou = "only-you"
    NoSecrets = "no-secrets"
    Account = "account"
    AccountUnnamed = "account-unnamed"
    Labels = "labels"
    WeSeeIt = "we-see-it"
    Questions = "questions"
    TwoStep = "two-step"
    TwoStepWhy = "two-step-why"
    TwoStepNumbers = "two-step-numbers"
    Number = "number"
    NumberNamed = "number-named"
    TwoStepOpen = "two-step-open"
    TwoStepFind = "two-step-find"
    TwoStepDetour = "two-step-detour"
    TwoStepTab = "two-step-tab"
    TwoStepPress = "two-step-press"
    TwoStepEach = "two-step-each"
    Accept = "accept"
    AcceptWhy = "accept-why"
    SettingsOpen = "settings-open"
    RequestsFind = "requests-find"
    AcceptPress = "accept-press"
    AcceptPortfolio = "accept-portfolio"
    AcceptMail = "accept-mail"
    Payment = "payment"
    PaymentAfterAcceptance = "payment-after-acceptance"
    PaymentMissing = "payment-missing"
    PaymentUnseen = "payment-unseen"
    PaymentNeeded = "payment-needed"
    PaymentAdd = "payment-add"
    PaymentRefused = "payment-refused"
    PaymentRefusedWhy = "payment-refused-why"
    PaymentCorrect = "payment-correct"
    Decline = "decline"
    DeclineWhy = "decline-why"
    DeclinePress = "decline-press"
    Review = "review"
    ReviewWhy = "review-why"
    ReviewFinish = "review-finish"
    Appeal = "appeal"
    AppealWhy = "appeal-why"
    AppealPress = "appeal-press"
    Name = "name"
    NameWhy = "name-why"
    NameChange = "name-change"
    Portfolio = "portfolio"
    PortfolioWhy = "portfolio-why"
    PortfolioWrite = "portfolio-write"
    PortfolioWait = "portfolio-wait"
    Waiting = "waiting"
    WaitingNames = "waiting-names"
    WaitingAccount = "waiting-account"
    WaitingEnd = "waiting-end"
    NothingPreparing = "nothing-preparing"
    NothingAsked = "nothing-asked"
    NothingAccepted = "nothing-accepted"
    NothingMoved = "nothing-moved"
    NothingRejected = "nothing-rejected"
    NothingCancelled = "nothing-cancelled"
}
