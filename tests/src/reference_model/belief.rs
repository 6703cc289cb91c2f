//! What the program may believe.

use super::{
    Believed, Judged, NumberState, Phase, World,
    customer::{Customer, Number},
};

impl Believed {
    pub(super) fn judge(&self, customer: &mut Customer, world: &World) -> Judged {
        let is_stopped = matches!(self.phase, Phase::Stopped(_));
        let beyond = |phase| !is_stopped && self.phase > phase;
        demand!(!beyond(Phase::Tagging) || customer.created, "guide 2.4", "beyond Tagging without an intent");
        let accepted = customer.destination.is_some() && customer.read_accepted;
        demand!(
            !beyond(Phase::AwaitingAcceptance) || accepted,
            "rule 1",
            "beyond AwaitingAcceptance, not read ACCEPTED"
        );
        let is_other = self.destination.is_some() && self.destination != customer.destination;
        demand!(!is_other, "guide 4.4", "the destination is {:?}, not {:?}", customer.destination, self.destination);
        if let Phase::Stopped(reason) = &self.phase {
            demand!(reason != "rejected" || customer.rejected, "guide 4.6", "stopped as rejected, which it is not");
            demand!(reason != "cancelled" || customer.cancelled.is_some(), "rule 7", "stopped as cancelled by nobody");
            let is_torn = |one: &Number| one.moved.is_some() && one.is_left();
            demand!(!customer.numbers.values().any(is_torn), "rule 7", "stopped between a move and its register");
        }
        if beyond(Phase::CuttingOver) {
            let any = customer.numbers.values().any(|one| one.connected);
            demand!(any, "guide 7.4", "beyond CuttingOver without a single CONNECTED number");
            for (id, number) in customer.numbers.iter().filter(|(_, one)| one.connected && one.registered.is_none()) {
                let told = matches!(self.numbers.get(id), Some(NumberState::Stuck | NumberState::Skipped));
                let may = self.phase != Phase::Completed && (told || number.excepted);
                demand!(may, "guide I2", "{:?} while {id} is not registered on the destination", self.phase);
            }
        }
        let begun = customer.begun();
        let stage = match self.phase {
            Phase::Draft | Phase::Preflight | Phase::Ready | Phase::Tagging => 0,
            Phase::AwaitingAcceptance => 1,
            // What was begun and refused then is not begun, and still no way back.
            Phase::CuttingOver if begun || customer.stage == 3 => 3,
            Phase::Provisioning | Phase::ReadyForCutover | Phase::CuttingOver => 2,
            Phase::Settling => 4,
            Phase::CompletedWithExceptions | Phase::Completed => 5,
            Phase::Stopped(_) => 6,
        };
        demand!(stage >= customer.stage, "rule 7", "went back to {:?}", self.phase);
        customer.stage = stage;
        for (id, state) in &self.numbers {
            let listed = customer.destination_lists.last().copied();
            let is_absent = customer.is_proven_absent(id, world);
            let Some(number) = customer.numbers.get_mut(id) else {
                return Err(("guide 7.1", format!("{id} is no number of the source")));
            };
            state.judge(id, number, listed, accepted, is_absent)?;
        }
        Ok(())
    }
}

impl NumberState {
    /// `listed` is when the destination's numbers were last read; `is_absent`, whether that proved that a move never happened.
    pub(super) fn judge(
        self,
        id: &str,
        number: &mut Number,
        listed: Option<i64>,
        accepted: bool,
        is_absent: bool,
    ) -> Judged {
        let is_work = self >= Self::Moving;
        demand!(number.connected || !is_work, "guide 7.4", "{id} is {self:?} and not CONNECTED");
        demand!(accepted || !is_work, "guide 4.5", "{id} is {self:?} before acceptance");
        let returned = matches!(self, Self::Listed | Self::Skipped | Self::Eligible) && number.is_begun();
        demand!(!returned || is_absent, "rule 7", "{id} is {self:?} although its move has begun");
        demand!(self < Self::Moved || number.moved.is_some(), "guide 8.7", "{id} is {self:?} and was not moved");
        let registered = number.registered;
        demand!(self < Self::Registered || registered.is_some(), "rule 6", "{id} is {self:?} and is not registered");
        let shown = registered.zip(listed).is_some_and(|(when, read)| read >= when);
        demand!(self < Self::Verified || shown, "guide 9.3", "{id} is {self:?} and the destination was not listed");
        let milestone = match self {
            Self::Listed | Self::Skipped | Self::Eligible | Self::Moving => 0,
            // Stuck stands beside several states and claims none.
            Self::Stuck => number.believed,
            Self::Moved | Self::Registering => 1,
            Self::Registered => 2,
            Self::Verified => 3,
            Self::Serving => 4,
        };
        demand!(milestone >= number.believed, "rule 7", "{id} went back to {self:?}");
        number.believed = milestone;
        Ok(())
    }
}
