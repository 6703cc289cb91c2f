//! What each blocker means for whoever reads its page at night: what is at stake, and what is safe. It must never
//! repeat the table.

use crate::BlockerCode;

pub(super) fn of(code: BlockerCode) -> &'static str {
    use BlockerCode as B;
    match code {
        B::NotPreflighted => {
            "The customer was imported and nothing else has happened. No call was made, and the customer was told nothing."
        }
        B::NotReleased => {
            "The checks of the source have an answer, and nobody has said yet that this customer may be asked. From the \
             start on, the customer receives a request from Meta."
        }
        B::Paused => {
            "Nothing is done for this customer until it is resumed, not even reads. A number that had begun its move is \
             finished all the same: a pause never leaves a number between two accounts."
        }
        B::Held => {
            "Everything up to the move goes on; only the move waits. Hold is the right tool for \"not this week\": \
             acceptance, tokens and checks are ready when it ends."
        }
        B::TokenMissing => {
            "Without the token that the customer granted when it was first onboarded, neither the source can be read nor \
             the WABA be tagged. No other customer is affected."
        }
        B::TokenInvalid => {
            "Meta says that the token is no longer good, for instance because it was revoked or has expired. No number is at risk, \
             since no move begins without a valid token."
        }
        B::TokenExpiresSoon => {
            "A move that starts with a token about to end could leave a number moved and not registered. Therefore the \
             move waits for a token that outlives the cutover by 72 hours."
        }
        B::TokenScopeMissing => {
            "The token is valid, but one of the two WhatsApp permissions does not reach this WABA: management moves a \
             number, messaging registers it. With only one of them a number could be moved and never registered."
        }
        B::SystemTokenRefused => {
            "The system token reads every intent and fetches every business token, so this is one cause for all customers \
             and not a matter of this one. Cutovers that already have their business tokens are not stopped."
        }
        B::SourceUnreadable => {
            "Meta answers that the source WABA does not exist or may not be seen. After acceptance the usual reason is \
             that the customer removed the old partner too early; then the list of the preflight is all that is left, and \
             gates that it cannot answer have to be attested."
        }
        B::AdvancedAccessMissing => {
            "Guide R1 demands advanced access for `whatsapp_business_management`, and no call can read whether the app \
             has it: the refused tag is the proof. If it is missing, it is missing for every customer."
        }
        B::WabaOwnedByPartner => {
            "`ownership_type` says that the WABA belongs to the partner's portfolio. The way through Meta Business Suite \
             is for WABAs that the customer owns; trying would only be refused."
        }
        B::SourceNotApproved => {
            "Meta has not approved the source account, or has withdrawn its approval. Its numbers may not be usable today \
             either, whatever is done here."
        }
        B::Recovering => {
            "A backup knows nothing of what was done after it was taken: a customer may have accepted since, a number may be \
             between two accounts. Until the truth at Meta has been read again nothing is tagged, moved or registered."
        }
        B::PinLost => {
            "The number is on the new WABA and not registered there, and the database that was restored is older than its PIN. \
             Meta may know that PIN already. A register with another one would be refused, and tries are few."
        }
        B::PortfolioUnknown => {
            "Guide 5 asks the customer's business portfolio for its token. Neither the source WABA names its owner, nor \
             does the customer file."
        }
        B::NoConnectedNumber => {
            "Only a number that is CONNECTED is registered with Cloud API (guide 7). A migration without one would end \
             without having done anything, and that must not look like a success."
        }
        B::TwoStepVerificationOn => {
            "With its PIN on, the number cannot be moved (guide 1). The customer can do this at any time, days before the \
             cutover; nothing stops working when it is off."
        }
        B::TwoStepVerificationUnreadable => {
            "Meta's answer does not contain `is_pin_enabled` for this number. Unmoor takes silence for neither yes nor no: \
             a person has to look and put a name to it."
        }
        B::IntentOutcomeUnknown => {
            "An intent can only be read by its id, and the id was in the answer that never came. Sending the tag again is \
             the only way on: Unmoor does so three times, and then leaves it to a person, since nobody has documented what \
             a second tag does."
        }
        B::IntentNotOurs => {
            "Somebody gave the id of a migration intent with `unmoor adopt`. It was read, and it is another WABA's, or Meta knows \
             none by that id, or does not show whose it is. Going on with it could move the wrong numbers. The intent that was \
             known before, if there was one, stays in force."
        }
        B::TaggedElsewhere => {
            "Meta names another request that stands for this WABA (observations: `errors.2593079`). As long as it is open, ours \
             cannot be created."
        }
        B::NotMigratable => {
            "Meta refused the tag because of the WABA's own state, not because of a permission or a limit. Waiting alone \
             will not change it."
        }
        B::AwaitingAcceptance => {
            "The request is with the customer. Any admin of the WABA may accept it, and everybody with admin access also \
             got Meta's mail about it (guide 3). Nothing stops working while it waits, and it may wait for weeks."
        }
        B::IntentStatusUnknown => {
            "The intent has a status for which the guide knows one rule: if it is any other value than ACCEPTED, do not \
             proceed (guide 4). The word is kept exactly as Meta wrote it, and read again in the usual rhythm. COMPLETED is what \
             an intent says after everything is over; a database that was restored may have forgotten that it was accepted. A \
             named person who knows it can say so."
        }
        B::DestinationUnknown => {
            "The customer has accepted. Every further step needs the id of the new WABA, and Meta's answer names none, or \
             names the source."
        }
        B::AppNotSubscribed => {
            "Without the subscription the customer's messages would arrive nowhere after the move (guide 6). Unmoor \
             subscribes and then reads whether it holds; this blocker means that it did not."
        }
        B::DestinationNotApproved => {
            "The customer's new account is under Meta's review, or was rejected. Numbers are not moved into an account that \
             Meta may yet turn away; they go on working in the source meanwhile."
        }
        B::DestinationReviewUnreadable => {
            "Meta's answer does not contain `account_review_status`. Silence is neither yes nor no."
        }
        B::PaymentMethodMissing => {
            "From the move on the customer pays Meta itself. Without a payment method it could not send template messages \
             (guide 3), and Meta may refuse the move or, worse, the register after it."
        }
        B::PaymentMethodUnreadable => {
            "Neither the health of the new WABA nor its funding says whether there is a payment method. Silence is neither \
             yes nor no."
        }
        B::DisplayNameNotApproved => {
            "Meta names a display name that is not approved as a reason to refuse (observations: `errors.2388103`). After the move \
             that would be an outage, so that it is settled before."
        }
        B::DisplayNameUnreadable => "Meta's answer does not contain `name_status`. Silence is neither yes nor no.",
        B::OtherPortfolio => {
            "Whoever accepted chose another business portfolio than the one that owns the source. Numbers do not move \
             between portfolios this way; a move would be refused, or end in the wrong hands."
        }
        B::PortfolioUnreadable => {
            "One of the two WABAs does not say who owns it, and the customer file names no portfolio either. Importing the \
             customer again with `business_portfolio_id` answers one side."
        }
        B::TemplateOutcomeUnknown => {
            "The call left and no answer came, so that the template may be there, or may come still. Two of one name are what \
             Unmoor never makes: it looks for name and language first. The customer's numbers work meanwhile."
        }
        B::TemplateInReview => {
            "A template that is created again is judged anew. Until Meta has decided it cannot be sent; the customer's numbers \
             and all other templates work meanwhile."
        }
        B::TemplateNeedsSamples => {
            "Meta demands a sample for each parameter and each file of a new template, and does not always show those of the old \
             one: the address of a file is good for a short time only, and old templates have none. A Flow that could not be \
             moved and a consent that nobody may give for others count as well. What exactly is missing stands in `unmoor \
             explain CUSTOMER`. As soon as the new WABA lists the template, whoever made it, Unmoor goes on."
        }
        B::StorageRegionOpen => {
            "Where messages are kept at rest can only be set on a number that is not registered, and is lost by the move \
             (observations: `registration.region_lost`). So a region that the customer file names is set and read back after guide \
             8, and guide 9 waits for it. Before guide 8 it is seen whether that setting can be read at all. Either cannot be \
             read, or Meta shows another region, or the source has one and the customer file says nothing of it. While a number \
             is moved and not registered, it is an outage: a person's word lets the register go on at once."
        }
        B::TemplateLossNotAccepted => {
            "Meta duplicates only templates that are APPROVED and of quality GREEN, and as many as the new account has room \
             for (guide T4, T5). What does not come along has to be created again and approved before it can be sent \
             (guide T6). With `template_gate = \"losses\"` a named person says beforehand that this is as it may be; a \
             template that is lost later is not covered, and closes the gate again."
        }
        B::WindowClosed => {
            "The customer's cutover hours are not now. Everything else is ready; when the window opens, every gate is read \
             again before a number moves."
        }
        B::WindowNeverOpens => {
            "With this window no instant is ever allowed: it names no day, it ends before it begins, or the customer's \
             `time_zone` is none. This customer would wait for ever."
        }
        B::PilotRunning => {
            "What is wrong for the first customer is often wrong for all. Therefore one migration goes through its cutover \
             before a second one may begin."
        }
        B::FleetBraked => {
            "Two equal failures at move or register, without a cause of the customer's own, look like a cause of \
             everybody's. No new move begins; a number that is already moved is finished."
        }
        B::DatabaseNotDurable => {
            "A move is written down before it is sent. A standby that takes over without that line would send it again, or \
             would not know that a number is between two accounts. So a PostgreSQL server with a standby must wait for it, and \
             no server may answer before its disk. A number that is already moved is registered all the same. What the server \
             does not show counts as no, until a named person vouches for it in the configuration."
        }
        B::BudgetExhausted => {
            "Unmoor counts its calls and leaves the limit some room, so that a register is never the call that is refused. \
             A number between two accounts comes first when there is room again."
        }
        B::HookVetoed => {
            "Your own `before-move` command answered no for this number. It is asked again, and the number moves as soon \
             as it says yes and every gate still holds."
        }
        B::OutcomeUnknown => {
            "The call left and no answer came, so that it may have taken place, or may still. Repeating it blindly is what \
             Unmoor never does. This may be an outage of the number: it is looked at before any other work."
        }
        B::MoveRefused => {
            "The number is still in the source and works as before. Unmoor tries again in its rhythm; two equal refusals \
             across the fleet stop further moves."
        }
        B::RegisterRetrying => {
            "**The number is between two accounts: it can neither send nor receive.** The next register is sent by \
             itself, with the same PIN, on a schedule that stays below Meta's limit."
        }
        B::RegisterRefused => {
            "**The number is between two accounts: it can neither send nor receive.** Meta's words do not allow trying \
             again by itself. If somebody registers the number by hand, Unmoor sees it and goes on."
        }
        B::RegisterTriesUsed => {
            "**The number is between two accounts: it can neither send nor receive.** Meta counts registers: ten in 72 \
             hours, and then none at all for 72 hours. Each `unmoor retry` spends one of the last three."
        }
        B::RegisterLimit => {
            "**The number is between two accounts: it can neither send nor receive.** Meta takes no register for it until its \
             count of 72 hours has run out. Do not try by hand meanwhile: tries are what it counts."
        }
        B::NumberNeedsVerification => {
            "**The number is between two accounts: it can neither send nor receive.** This way of migrating needs no new \
             verification (guide I3), so that Unmoor never asks Meta for a code. The customer's people have to be reached."
        }
        B::NotConnectedYet => {
            "Meta took the register, and the list of the new WABA is behind or disagrees. Only that list counts; until it \
             says CONNECTED the next number of this customer waits."
        }
        B::RateLimited => {
            "Meta named a limit, and the call is not repeated before the instant that Meta gave. A limit of one customer's \
             WABA does not slow the others."
        }
        B::VendorTrouble => {
            "Several tries in a row met no answer or an error that passes. If many customers have it, look at Meta's \
             status page and at your own network first."
        }
        B::CallRefused => {
            "Meta refused a call for a reason that Unmoor does not know. Its code, words and trace id stand in `unmoor \
             explain CUSTOMER`; the trace id is what Meta's support asks for."
        }
    }
}
