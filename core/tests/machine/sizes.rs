//! How wide the values are that a model checker clones and hashes: growth must be noticed.

use windlass_core::controller::Controller;
use windlass_core::observed::{Claim, Volume};
use windlass_core::order::{Effect, Input, Order};

#[test]
fn values_stay_small() {
    let widths = [
        ("Claim", size_of::<Claim>(), 304),
        ("Volume", size_of::<Volume>(), 304),
        ("Order", size_of::<Order>(), 192),
        ("Effect", size_of::<Effect>(), 272),
        ("Input", size_of::<Input>(), 216),
        ("Controller", size_of::<Controller>(), 912),
    ];
    let grown: Vec<_> = widths.into_iter().filter(|(_, bytes, bytes_max)| bytes > bytes_max).collect();
    assert!(grown.is_empty(), "name, bytes, and how many there may be: {grown:?}");
}
