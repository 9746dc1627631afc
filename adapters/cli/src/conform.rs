//! `windlass conform`: our answers beside those of upstream.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    x: String,
}
pub(crate) fn run(_: &Arguments) -> Result<bool, crate::failed::Failed> {
    Ok(true)
}
