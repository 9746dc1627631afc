//! The world as it is, as a model: slow, and plain to see through.
//!
//! It is the second opinion on `packed`: the same worlds, told apart in the same way, with nothing kept in
//! tables and each step taken by [`World::apply`].

use stateright::{Model, Property};
use windlass_world::actors::{Action, Story, World};
use windlass_world::scenario::Step;

use crate::bounded::Bounded;
use crate::packed::canonical::prune;
use crate::packed::ranks::renumber;

/// A bounded world as a model of stateright.
#[derive(Clone, Debug)]
pub struct Plain(pub Bounded);

impl Plain {
    /// The one world that stands for all that differ in the names of versions, in the order of controllers,
    /// and in requests that cannot take effect any more.
    #[must_use]
    pub fn canonical(&self, mut world: World) -> World {
        prune(&mut world.orphans, &world.api);
        let newest = renumber(&mut world);
        world.api.count_from(newest);
        world.processes.sort();
        world
    }
}

/// The actions that are possible within the bounds, in a fixed order.
#[must_use]
pub fn actions(bounded: &Bounded, world: &World) -> Vec<Action> {
    let mut actions = Vec::new();
    world.progress(&bounded.setting, &mut actions);
    world.faults(&mut actions);
    world.timers(&mut actions);
    let pauses = actions.iter().any(|action| matches!(action, Action::Fire(_, timer) if timer.is_pause()));
    let waits = bounded.setting.steps.get(world.steps_taken) == Some(&Step::WaitSettled);
    // Users who wait for the end of all that happens wait for the end of pauses too.
    let is_user_early = waits && pauses;
    actions.retain(|action| {
        bounded.allows(&world.budgets, action) && !(*action == Action::User && is_user_early)
    });
    actions
}

impl Model for Plain {
    type State = World;
    type Action = Action;

    fn init_states(&self) -> Vec<World> {
        vec![self.canonical(self.0.world())]
    }

    fn actions(&self, world: &World, possible: &mut Vec<Action>) {
        possible.extend(actions(&self.0, world));
    }

    fn next_state(&self, world: &World, action: Action) -> Option<World> {
        let mut next = world.clone();
        next.apply(&self.0.setting, &action, &mut Story::default());
        Some(self.canonical(next))
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![Property::always("a world has processes", |_, world: &World| !world.processes.is_empty())]
    }
}
