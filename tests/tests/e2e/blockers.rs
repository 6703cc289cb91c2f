//! What stands in the way, before step 8, and how it goes away.

use e2e::{Fleet, Member, Stage, blocker, changes_of, days, hours, minutes, number_of};
use unmoor_migration::{Blocker, BlockerCode, Command, Gate, NumberState, Phase, Stop, blocker::Turn};
use unmoor_simulator::{Action, DestinationReview, PaymentEnforcedAt, world::Review};

const NUMBER: &str = "+493023125017";

fn member() -> Member {
    Member::new("amber-anchor", &[NUMBER])
}

fn fleet(member: Member) -> Fleet {
    Fleet::of(&[member])
}

fn attest(gate: Gate) -> Command {
    Command::Attest { gate, number: None, note: "seen in WhatsApp Manager".to_owned() }
}

/// The blocker says what it has to: a code of the table with its sentence, whose turn it is, and nothing was moved yet.
fn stands_before_the_move(stage: &Stage, blocker: &Blocker, turn: Turn) {
    assert_eq!(blocker.turn, turn, "{blocker:?}");
    assert!(blocker.code.row().sentence.ends_with('.') && !blocker.code.row().clears.is_empty());
    assert!(changes_of(stage.simulator(), "number.moved").is_empty(), "{} stands before step 8", blocker.code);
}

async fn goes_on_by_itself(stage: &Stage, code: BlockerCode) {
    stage.until_cleared(code).await;
    stage.finish().await;
    let m = stage.only().await;
    assert_eq!(*m.phase(), Phase::Completed, "{}", Stage::story(&m));
    assert_eq!(stage.rehearsal.outcome().await.unwrap().broken_rules, Vec::<String>::new());
}

/// guide: 1.1
#[tokio::test]
async fn two_step_verification_on_stands_before_the_tag() {
    let stage = Stage::of(&fleet(member().person("turns_off_two_step_after = \"2 days\""))).await;
    let blocker = stage.until_blocked(BlockerCode::TwoStepVerificationOn).await;
    stands_before_the_move(&stage, &blocker, Turn::Customer);
    assert_eq!(blocker.number.as_ref().unwrap().as_str(), NUMBER);
    stage.pass(days(1)).await;
    assert!(changes_of(stage.simulator(), "intent.created").is_empty(), "rule 16");
    goes_on_by_itself(&stage, BlockerCode::TwoStepVerificationOn).await;
}

#[tokio::test]
async fn two_step_verification_turned_on_again_stands_before_the_move() {
    let stage = Stage::of(&fleet(member().person("pays = \"1 day\""))).await;
    stage.until_blocked(BlockerCode::PaymentMethodMissing).await;
    stage.person(Action::TurnOnTwoStep);
    let blocker = stage.until_blocked(BlockerCode::TwoStepVerificationOn).await;
    stands_before_the_move(&stage, &blocker, Turn::Customer);
    stage.pass(days(2)).await;
    stands_before_the_move(&stage, &blocker, Turn::Customer);
    stage.person(Action::TurnOffTwoStep);
    goes_on_by_itself(&stage, BlockerCode::TwoStepVerificationOn).await;
}

#[tokio::test]
async fn two_step_verification_may_be_left_until_the_move_where_policy_says_so() {
    let fleet = fleet(member().person("turns_off_two_step_after = \"2 days\""));
    let stage = Stage::of(&fleet.policy(|policy| policy.two_step_before_tag = false)).await;
    let blocker = stage.until_blocked(BlockerCode::TwoStepVerificationOn).await;
    assert_eq!(changes_of(stage.simulator(), "intent.created").len(), 1, "the tag did not wait");
    stands_before_the_move(&stage, &blocker, Turn::Customer);
    goes_on_by_itself(&stage, BlockerCode::TwoStepVerificationOn).await;
}

#[tokio::test]
async fn a_missing_payment_method_that_can_be_read_stands_before_the_move() {
    let stage = Stage::of(&fleet(member().person("pays = \"3 days\""))).await;
    let blocker = stage.until_blocked(BlockerCode::PaymentMethodMissing).await;
    stands_before_the_move(&stage, &blocker, Turn::Customer);
    let posts = stage.simulator().requests(0);
    assert!(!posts.iter().any(|r| r.method == "POST" && r.path.ends_with("/phone_numbers")), "it is not even tried");
    goes_on_by_itself(&stage, BlockerCode::PaymentMethodMissing).await;
    let paid = changes_of(stage.simulator(), "funding.added")[0].at;
    let moved = changes_of(stage.simulator(), "number.moved")[0].at;
    assert!(moved > paid && moved.duration_since(paid) < hours(2));
}

/// Meta refuses at step 8 what the reading could not show.
async fn payment_refused_at_the_move(hidden: bool) {
    let fleet = fleet(member().person("pays = \"2 days\"")).knobs(|knobs| {
        knobs.funding_readable = false;
        knobs.payment_hidden_in_details = hidden;
    });
    let stage = Stage::of(&fleet).await;
    let blocker = stage.until_blocked(BlockerCode::PaymentMethodUnreadable).await;
    stands_before_the_move(&stage, &blocker, Turn::TechProvider);
    stage.command(attest(Gate::PaymentMethod)).await;
    let blocker = stage.until_blocked(BlockerCode::PaymentMethodMissing).await;
    stands_before_the_move(&stage, &blocker, Turn::Customer);
    assert!(blocker.detail.unwrap().to_lowercase().contains("payment"), "Meta's words are kept");
    stage.until_change("funding.added").await;
    // What cannot be read has to be vouched for: an attestation older than the refusal counts no more.
    stage.pass(days(1)).await;
    stands_before_the_move(&stage, &stage.until_blocked(BlockerCode::PaymentMethodMissing).await, Turn::Customer);
    stage.command(attest(Gate::PaymentMethod)).await;
    stage.finish().await;
    let m = stage.only().await;
    assert_eq!(*m.phase(), Phase::Completed, "{}", Stage::story(&m));
    let tried = stage.simulator().requests(0);
    let tried = tried.iter().filter(|r| r.method == "POST" && r.path.ends_with("/phone_numbers"));
    assert!(tried.count() >= 2, "refused, then tried again");
}

#[tokio::test]
async fn a_missing_payment_method_is_known_by_its_subcode() {
    payment_refused_at_the_move(false).await;
}

#[tokio::test]
async fn a_missing_payment_method_is_known_where_only_the_details_say_so() {
    payment_refused_at_the_move(true).await;
}

#[tokio::test]
async fn readings_that_say_yes_do_not_outweigh_a_refusal_at_the_move() {
    // The reading shows a payment method; Meta refuses all the same, once with the subcode and once in the details alone.
    for error in [
        r#"{ "code": 100, "subcode": 2388103, "message": "Invalid parameter", "details": "Your WhatsApp account does not have a payment account." }"#,
        r#"{ "code": 100, "message": "Invalid parameter", "details": "Cannot Migrate Phone Number: Your WhatsApp Business Account doesn't have a payment method set up." }"#,
    ] {
        let fault = format!(
            r#"{{ "match": {{ "method": "POST", "path": "/*/phone_numbers" }}, "times": 1, "action": {{ "graph_error": {error} }} }}"#
        );
        let stage = Stage::of(&fleet(member()).fault(&fault)).await;
        stage.finish().await;
        let m = stage.only().await;
        assert_eq!(*m.phase(), Phase::Completed, "{}", Stage::story(&m));
        let refused = stage.ends(unmoor_migration::EffectKind::MoveNumber, |outcome| {
            matches!(outcome, unmoor_migration::Outcome::Refused { refusal }
                if refusal.cause == unmoor_migration::Cause::PaymentMethodMissing)
        });
        assert_eq!(refused.await, 1);
    }
}

#[tokio::test]
async fn funding_that_cannot_be_read_waits_for_an_attestation() {
    let stage = Stage::of(&fleet(member()).knobs(|knobs| knobs.funding_readable = false)).await;
    let blocker = stage.until_blocked(BlockerCode::PaymentMethodUnreadable).await;
    stands_before_the_move(&stage, &blocker, Turn::TechProvider);
    stage.pass(days(2)).await;
    stands_before_the_move(&stage, &blocker, Turn::TechProvider);
    stage.command(attest(Gate::PaymentMethod)).await;
    goes_on_by_itself(&stage, BlockerCode::PaymentMethodUnreadable).await;
    let m = stage.only().await;
    assert_eq!(m.attestations()[0].by, "ada");
    assert_eq!(m.attestations()[0].gate, Gate::PaymentMethod);
}

#[tokio::test]
async fn a_display_name_under_review_stands_before_the_move() {
    let number = format!(
        r#"numbers = [{{ number = "{NUMBER}", name_status = "PENDING_REVIEW", name_approved_after = "2 days" }}]"#
    );
    let stage = Stage::of(&fleet(Member::bare("amber-anchor").world(&number))).await;
    let blocker = stage.until_blocked(BlockerCode::DisplayNameNotApproved).await;
    stands_before_the_move(&stage, &blocker, Turn::Meta);
    goes_on_by_itself(&stage, BlockerCode::DisplayNameNotApproved).await;
}

#[tokio::test]
async fn a_declined_display_name_waits_until_it_is_approved() {
    let number = format!(r#"numbers = [{{ number = "{NUMBER}", name_status = "DECLINED" }}]"#);
    let stage = Stage::of(&fleet(Member::bare("amber-anchor").world(&number))).await;
    let blocker = stage.until_blocked(BlockerCode::DisplayNameNotApproved).await;
    stage.pass(days(3)).await;
    stands_before_the_move(&stage, &blocker, Turn::Meta);
    stage.person(Action::ApproveName);
    goes_on_by_itself(&stage, BlockerCode::DisplayNameNotApproved).await;
}

#[tokio::test]
async fn a_destination_under_review_stands_before_the_move() {
    let fleet = fleet(member()).knobs(|knobs| {
        knobs.destination_review = DestinationReview::Pending;
        knobs.destination_review_s = 2 * 86_400;
    });
    let stage = Stage::of(&fleet).await;
    let blocker = stage.until_blocked(BlockerCode::DestinationNotApproved).await;
    stands_before_the_move(&stage, &blocker, Turn::Meta);
    goes_on_by_itself(&stage, BlockerCode::DestinationNotApproved).await;
}

#[tokio::test]
async fn a_source_that_is_not_approved_stands_before_the_tag() {
    let stage =
        Stage::of(&fleet(member().world("review = \"PENDING\"").world("review_approved_after = \"1 day\""))).await;
    let blocker = stage.until_blocked(BlockerCode::SourceNotApproved).await;
    stands_before_the_move(&stage, &blocker, Turn::Customer);
    assert!(changes_of(stage.simulator(), "intent.created").is_empty());
    goes_on_by_itself(&stage, BlockerCode::SourceNotApproved).await;
    assert!(stage.simulator().world().wabas.values().all(|waba| waba.review == Review::Approved));
}

#[tokio::test]
async fn a_subscription_that_somebody_removes_is_seen_and_made_again() {
    let stage = Stage::of(&fleet(member().person("pays = \"1 day\""))).await;
    stage.until_blocked(BlockerCode::PaymentMethodMissing).await;
    let destination = stage.destination();
    let unsubscribe = |stage: &Stage| {
        stage.change_world(|world| world.wabas.get_mut(&destination).unwrap().subscriptions.clear());
    };
    unsubscribe(&stage);
    let subscribed_before = changes_of(stage.simulator(), "app.subscribed").len();
    stage.finish().await;
    assert_eq!(*stage.only().await.phase(), Phase::Completed);
    assert_eq!(changes_of(stage.simulator(), "app.subscribed").len(), subscribed_before + 1, "subscribed again");
    let again = changes_of(stage.simulator(), "app.subscribed").last().unwrap().at;
    assert!(again < changes_of(stage.simulator(), "number.moved")[0].at);
}

#[tokio::test]
async fn an_app_that_stays_unsubscribed_is_a_blocker() {
    // Meta says yes to every subscribe, and shows none.
    let fault = r#"{ "match": { "method": "POST", "path": "/*/subscribed_apps" }, "times": 3,
        "action": { "graph_error": { "code": 200, "message": "Permissions error" } } }"#;
    let stage = Stage::of(&fleet(member().person("pays = \"1 day\""))).await;
    stage.until_blocked(BlockerCode::PaymentMethodMissing).await;
    let destination = stage.destination();
    stage.change_world(|world| world.wabas.get_mut(&destination).unwrap().subscriptions.clear());
    stage.simulator().add_fault(serde_json::from_str(fault).unwrap()).unwrap();
    let blocker = stage.until_blocked(BlockerCode::AppNotSubscribed).await;
    stands_before_the_move(&stage, &blocker, Turn::TechProvider);
    goes_on_by_itself(&stage, BlockerCode::AppNotSubscribed).await;
}

#[tokio::test]
async fn a_token_without_a_scope_stands_before_the_tag() {
    let stage = Stage::of(&fleet(member().world("token_scopes = [\"whatsapp_business_management\"]"))).await;
    let blocker = stage.until_blocked(BlockerCode::TokenScopeMissing).await;
    stands_before_the_move(&stage, &blocker, Turn::TechProvider);
    assert!(blocker.detail.unwrap().contains("whatsapp_business_messaging"), "it names what is missing");
    assert!(changes_of(stage.simulator(), "intent.created").is_empty());
    // The customer grants it.
    stage.change_world(|world| {
        for token in world.tokens.values_mut() {
            token.scopes.insert(unmoor_simulator::world::Scope::WhatsappBusinessMessaging);
        }
    });
    goes_on_by_itself(&stage, BlockerCode::TokenScopeMissing).await;
}

#[tokio::test]
async fn a_token_that_is_revoked_before_the_tag_stands_in_its_way() {
    let stage = Stage::imported(&fleet(member())).await;
    let token = stage.simulator().credentials().customers[0].business_token.clone().unwrap();
    stage.change_world(|world| world.tokens.get_mut(&token).unwrap().expires_at = Some(world_start()));
    stage.command(Command::Start).await;
    let blocker = stage.until_blocked(BlockerCode::TokenInvalid).await;
    stands_before_the_move(&stage, &blocker, Turn::TechProvider);
    stage.change_world(|world| world.tokens.get_mut(&token).unwrap().expires_at = None);
    goes_on_by_itself(&stage, BlockerCode::TokenInvalid).await;
}

fn world_start() -> jiff::Timestamp {
    "2027-02-01T00:00:00Z".parse().unwrap()
}

#[tokio::test]
async fn a_token_that_expires_soon_stands_before_the_move() {
    let stage = Stage::of(&fleet(member().world("token_expires_after = \"2 days\""))).await;
    let blocker = stage.until_blocked(BlockerCode::TokenExpiresSoon).await;
    stands_before_the_move(&stage, &blocker, Turn::TechProvider);
    stage.change_world(|world| world.tokens.values_mut().for_each(|token| token.expires_at = None));
    goes_on_by_itself(&stage, BlockerCode::TokenExpiresSoon).await;
}

#[tokio::test]
async fn an_account_of_the_partners_stands_before_the_tag() {
    let stage = Stage::of(&fleet(member().world("ownership = \"ON_BEHALF_OF\""))).await;
    let blocker = stage.until_blocked(BlockerCode::WabaOwnedByPartner).await;
    stands_before_the_move(&stage, &blocker, Turn::SolutionPartner);
    stage.pass(days(2)).await;
    assert!(changes_of(stage.simulator(), "intent.created").is_empty());
    let source = stage.simulator().credentials().customers[0].waba_id;
    stage.change_world(|world| {
        world.wabas.get_mut(&source).unwrap().ownership = unmoor_simulator::world::Ownership::ClientOwned;
    });
    goes_on_by_itself(&stage, BlockerCode::WabaOwnedByPartner).await;
}

#[tokio::test]
async fn the_wrong_portfolio_stands_before_the_move() {
    let stage = Stage::of(&fleet(member().person("answer = \"wrong_portfolio\""))).await;
    // Which of the portfolio's or the token's own word comes first depends on what the fetched token reaches.
    stage
        .until("a blocker behind acceptance", |all| {
            blocker(&all[0], BlockerCode::OtherPortfolio).is_some()
                || blocker(&all[0], BlockerCode::TokenScopeMissing).is_some()
        })
        .await;
    stage.pass(days(3)).await;
    assert!(changes_of(stage.simulator(), "number.moved").is_empty());
    let m = stage.only().await;
    assert!(!m.phase().is_final() && !m.blockers().is_empty(), "{}", Stage::story(&m));
}

#[tokio::test]
async fn a_partner_removed_after_acceptance_does_not_stop_what_was_read_before() {
    let stage = Stage::of(&fleet(member().person("removes_partner_after = \"0 min\""))).await;
    stage.until_change("partner.removed").await;
    stage.pass(hours(1)).await;
    let m = stage.only().await;
    // The list of the preflight is kept; what only the source could show is unreadable, and can be attested.
    assert!(m.source_is_lost(), "{}", Stage::story(&m));
    let blocker = blocker(&m, BlockerCode::TwoStepVerificationUnreadable).cloned();
    stands_before_the_move(&stage, &blocker.unwrap_or_else(|| panic!("{}", Stage::story(&m))), Turn::TechProvider);
    stage.command(attest(Gate::TwoStepOff)).await;
    stage.command(attest(Gate::DisplayName)).await;
    stage.finish().await;
    let m = stage.only().await;
    assert_eq!(*m.phase(), Phase::Completed, "{}", Stage::story(&m));
}

#[tokio::test]
async fn numbers_that_are_not_connected_stay_and_without_any_other_it_is_a_persons_turn() {
    let number = format!(r#"numbers = [{{ number = "{NUMBER}", status = "DISCONNECTED" }}]"#);
    for (world, words) in [(number.as_str(), "DISCONNECTED"), ("numbers = []", "lists no number")] {
        let stage = Stage::of(&fleet(Member::bare("amber-anchor").world(world))).await;
        let blocker = stage.until_blocked(BlockerCode::NoConnectedNumber).await;
        stands_before_the_move(&stage, &blocker, Turn::TechProvider);
        assert!(blocker.detail.as_ref().unwrap().contains(words), "{blocker:?}");
        stage.pass(days(20)).await;
        assert!(!stage.only().await.is_final(), "never a success");
        assert!(changes_of(stage.simulator(), "intent.created").is_empty());
    }
}

#[tokio::test]
async fn a_number_that_is_not_connected_stays_and_its_neighbour_moves() {
    let numbers = format!(r#"numbers = ["{NUMBER}", {{ number = "+493023125018", status = "DISCONNECTED" }}]"#);
    let stage = Stage::ended(&fleet(Member::bare("amber-anchor").world(&numbers))).await;
    let m = stage.only().await;
    assert_eq!(*m.phase(), Phase::CompletedWithExceptions);
    assert_eq!(number_of(&m, NUMBER).state, NumberState::Verified);
    assert_eq!(number_of(&m, "+493023125018").state_name(), "skipped");
    assert!(m.exceptions()[0].contains("DISCONNECTED"));
}

#[tokio::test]
async fn a_customer_who_rejects_ends_it() {
    let stage = Stage::ended(&fleet(member().person("answer = \"reject\""))).await;
    assert_eq!(*stage.only().await.phase(), Phase::Stopped(Stop::Rejected));
    assert!(changes_of(stage.simulator(), "number.moved").is_empty());
}

#[tokio::test]
async fn a_customer_who_never_answers_is_waited_for() {
    let stage = Stage::of(&fleet(member().person("answer = \"never\""))).await;
    stage.pass(days(30)).await;
    let m = stage.only().await;
    let blocker = blocker(&m, BlockerCode::AwaitingAcceptance).unwrap();
    stands_before_the_move(&stage, blocker, Turn::Customer);
    assert!(m.intent().unwrap().reminders > 0, "reminded");
    stage.person(Action::AcceptIntent);
    stage.pass(hours(6)).await;
    assert!(changes_of(stage.simulator(), "intent.accepted").len() == 1);
    assert!(*stage.only().await.phase() > Phase::AwaitingAcceptance, "the answer is seen within hours");
}

#[tokio::test]
async fn payment_demanded_only_at_register_strands_one_number_and_no_other() {
    let numbers = ["+12125550110", "+12125550111", "+12125550112", "+12125550113", "+12125550114"];
    let member = Member::new("copper-candle", &numbers).person("pays = \"never\"");
    let fleet = fleet(member).knobs(|knobs| {
        knobs.payment_enforced_at = PaymentEnforcedAt::RegisterOnly;
        knobs.funding_readable = false;
    });
    let stage = Stage::of(&fleet).await;
    stage.until_blocked(BlockerCode::PaymentMethodUnreadable).await;
    stage.command(attest(Gate::PaymentMethod)).await;
    stage.until_change("number.moved").await;
    stage.pass(minutes(1)).await;
    assert_eq!(stage.count_of("gap_alarmed").await, 0);
    stage.pass(minutes(1)).await;
    assert_eq!(stage.count_of("gap_alarmed").await, 1, "rule 3: an alarm from a minute on");
    stage.pass(days(2)).await;
    let m = stage.only().await;
    let first = number_of(&m, "+12125550110");
    assert!(first.is_in_outage(), "{}", Stage::story(&m));
    let standing = blocker(&m, BlockerCode::PaymentMethodMissing).unwrap_or_else(|| panic!("{}", Stage::story(&m)));
    assert_eq!(standing.turn, Turn::Customer);
    for untouched in &numbers[1..] {
        assert_eq!(number_of(&m, untouched).state, NumberState::Eligible, "rule 8: the others have not been touched");
    }
    assert_eq!(changes_of(stage.simulator(), "number.moved").len(), 1);
    let registers = stage.simulator().requests(0).iter().filter(|r| r.path.ends_with("/register")).count();
    assert!(registers <= 7, "{registers} registers");
    stage.person(Action::AddPaymentMethod);
    stage.command(Command::Retry).await;
    stage.finish().await;
    let m = stage.only().await;
    assert_eq!(*m.phase(), Phase::Completed, "{}", Stage::story(&m));
    assert_eq!(changes_of(stage.simulator(), "number.registered").len(), 5);
}
