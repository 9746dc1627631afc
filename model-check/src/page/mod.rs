//! What all pages have in common: one file without anything from elsewhere, light and dark, wide and narrow.

use maud::{DOCTYPE, Markup, PreEscaped, html};

/// Colours and type of all pages.
const BASE: &str = include_str!("base.css");

/// A page: its own style and script stand in it, and nothing is loaded.
pub(crate) fn page(title: &str, style: &str, script: &str, body: &Markup) -> String {
    let markup = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) }
                style { (PreEscaped(BASE)) (PreEscaped(style)) }
            }
            body {
                (body)
                @if !script.is_empty() {
                    script { (PreEscaped(script)) }
                }
            }
        }
    };
    markup.into_string()
}

/// A cross, drawn and not typed, so that no font is needed for it.
pub(crate) fn cross() -> Markup {
    html! {
        svg.sign viewBox="0 0 12 12" aria-hidden="true" {
            path d="M2 2L10 10M10 2L2 10" {}
        }
    }
}
/// A tick, drawn.
pub(crate) fn tick() -> Markup {
    html! {
        svg.sign viewBox="0 0 12 12" aria-hidden="true" {
            path d="M1.5 6.5L4.5 9.5L10.5 2.5" {}
        }
    }
}
