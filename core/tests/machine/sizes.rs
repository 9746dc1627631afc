//! How wide the values are that a model checker clones and hashes: growth must be noticed.

use windlass_core::controller::Controller;
use windlass_core::observed::{Claim, Volume};
use windlass_core::order::{Effect, Input, Order};

#[test]
fn values_stay_small() {
    let widths = [
        ("Claim", size_of::<Claim>(), 288),
        ("Volume", size_of::<Volume>(), 304),
        ("Order", size_of::<Order>(), 160),
        ("Effect", size_of::<Effect>(), 240),
        ("Input", size_of::<Input>(), 176),
        ("Controller", size_of::<Controller>(), 648),
    ];
    for (name, bytes, bytes_max) in widths {
        assert!(bytes <= bytes_max, "{name} has {bytes} bytes, more than {bytes_max}");
    }
}
