//! Labels, and the label selectors that choose objects by them.
//!
//! Guarantees: a [`Selector`] that exists is valid by the rules of Kubernetes, and selectors that
//! differ only in order or repetition are equal. Cloning copies a pointer.
//!
//! Deliberately absent: the selector that is not there. It chooses everything or nothing, depending on who asks.
//! Upstream: `LabelSelectorAsSelector` and `k8s.io/apimachinery/pkg/labels`.

mod labels;
pub(crate) mod requirement;

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

pub use labels::Labels;
pub use requirement::Expression;
use requirement::{Dialect, Requirement};

use crate::text::Text;

/// A valid label selector; one without requirements matches everything.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Selector(Arc<[Requirement]>);

impl Selector {
    /// The selector that demands all `match_labels` and all `expressions`.
    ///
    /// # Errors
    ///
    /// When an operator is not one of `In`, `NotIn`, `Exists` and `DoesNotExist`, has values where
    /// it takes none or none where it needs some, or a key or value is no valid label.
    pub fn new(
        match_labels: impl IntoIterator<Item = (Text, Text)>,
        expressions: impl IntoIterator<Item = Expression>,
    ) -> Result<Self, SelectorError> {
        let labels = match_labels.into_iter().map(|(key, value)| Requirement::equal(key, value));
        let expressions = expressions.into_iter().map(|it| Requirement::new(it, Dialect::Selector));
        let requirements = labels.chain(expressions).collect::<Result<Vec<_>, _>>()?;
        Ok(Self(requirement::in_order(requirements)))
    }

    /// Whether an object with these labels is chosen.
    #[must_use]
    pub fn matches(&self, labels: &Labels) -> bool {
        self.0.iter().all(|it| it.is_met_by(labels))
    }

    /// What is demanded, as it is written.
    pub(crate) fn expressions(&self) -> Vec<Expression> {
        self.0.iter().map(Requirement::to_expression).collect()
    }

    /// Whether nothing is demanded.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// The requirements, such as `tier in (a,b), zone`; `everything` when there are none.
impl fmt::Display for Selector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_empty() {
            return f.write_str("everything");
        }
        requirement::write_all(f, &self.0)
    }
}

/// The selector as Kubernetes writes it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Written {
    #[serde(default, skip_serializing)]
    match_labels: Option<Labels>,
    #[serde(default)]
    match_expressions: Option<Vec<Expression>>,
}

impl TryFrom<Written> for Selector {
    type Error = SelectorError;

    fn try_from(written: Written) -> Result<Self, SelectorError> {
        let Written { match_labels, match_expressions } = written;
        let labels = match_labels.unwrap_or_default();
        let labels = labels.iter().map(|(key, value)| (key.clone(), value.clone()));
        Self::new(labels, match_expressions.unwrap_or_default())
    }
}

/// As Kubernetes writes it for people; as a bare list of expressions where fields have no names.
impl Serialize for Selector {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let expressions = self.expressions();
        if serializer.is_human_readable() {
            let written = Written { match_labels: None, match_expressions: Some(expressions) };
            return written.serialize(serializer);
        }
        expressions.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Selector {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let read = if deserializer.is_human_readable() {
            Self::try_from(Written::deserialize(deserializer)?)
        } else {
            Self::new([], Vec::<Expression>::deserialize(deserializer)?)
        };
        read.map_err(D::Error::custom)
    }
}

/// What is wrong with a selector; each names the key or the text that is at fault.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum SelectorError {
    /// The operator is none that is known here.
    UnknownOperator(Text),
    /// The requirement on this key needs values and has none.
    ValuesMissing(Text),
    /// The requirement on this key takes no values and has some.
    ValuesUnwanted(Text),
    /// The requirement on this key takes one integer.
    NotOneInteger(Text),
    /// The key is no valid label key.
    BadKey(Text),
    /// The value is no valid label value.
    BadValue(Text),
}

impl fmt::Display for SelectorError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownOperator(operator) => write!(f, "the operator {operator:?} is unknown"),
            Self::ValuesMissing(key) => write!(f, "the requirement on {key:?} needs values"),
            Self::ValuesUnwanted(key) => write!(f, "the requirement on {key:?} takes no values"),
            Self::NotOneInteger(key) => write!(f, "the requirement on {key:?} takes one integer"),
            Self::BadKey(key) => write!(f, "{key:?} is no label key"),
            Self::BadValue(value) => write!(f, "{value:?} is no label value"),
        }
    }
}

impl core::error::Error for SelectorError {}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::*;

    fn expression(key: &str, operator: &str, values: &[&str]) -> Expression {
        let values = values.iter().map(|it| Text::new(it)).collect();
        Expression { key: Text::new(key), operator: Text::new(operator), values }
    }

    fn selector(expressions: &[Expression]) -> Result<Selector, SelectorError> {
        Selector::new([], expressions.iter().cloned())
    }

    #[test]
    fn selector_is_refused_with_its_reason() {
        let check = |key: &str, operator: &str, values: &[&str], expected| {
            assert_eq!(selector(&[expression(key, operator, values)]), Err(expected));
        };
        check("a", "Bogus", &[], SelectorError::UnknownOperator(Text::new("Bogus")));
        check("a", "Gt", &["1"], SelectorError::UnknownOperator(Text::new("Gt")));
        check("a", "In", &[], SelectorError::ValuesMissing(Text::new("a")));
        check("a", "NotIn", &[], SelectorError::ValuesMissing(Text::new("a")));
        check("a", "Exists", &["x"], SelectorError::ValuesUnwanted(Text::new("a")));
        check("a", "DoesNotExist", &["x"], SelectorError::ValuesUnwanted(Text::new("a")));
        check("", "Exists", &[], SelectorError::BadKey(Text::EMPTY));
        check("A.b/c/d", "Exists", &[], SelectorError::BadKey(Text::new("A.b/c/d")));
        check("Zone.io/x", "Exists", &[], SelectorError::BadKey(Text::new("Zone.io/x")));
        check("a", "In", &["-x"], SelectorError::BadValue(Text::new("-x")));
        let long = "x".repeat(64);
        check("a", "In", &[&long], SelectorError::BadValue(Text::new(&long)));
        check(&long, "Exists", &[], SelectorError::BadKey(Text::new(&long)));
    }

    #[test]
    fn selector_has_one_form_and_a_short_text() {
        let left = [expression("zone", "Exists", &[]), expression("tier", "In", &["b", "a", "b"])];
        let right = [expression("tier", "In", &["a", "b"]), expression("zone", "Exists", &[])];
        assert_eq!(selector(&left), selector(&right));
        let text = |it: &[Expression]| selector(it).map(|it| it.to_string());
        assert_eq!(text(&left).as_deref(), Ok("tier in (a,b), zone"));
        let rest = [expression("a", "NotIn", &["x"]), expression("b", "DoesNotExist", &[])];
        assert_eq!(text(&rest).as_deref(), Ok("a notin (x), !b"));
        assert_eq!(text(&[]).as_deref(), Ok("everything"));
        assert_eq!(
            Selector::new([(Text::new("a"), Text::new("x"))], []).map(|it| it.to_string()).as_deref(),
            Ok("a=x")
        );
    }

    #[test]
    fn selector_survives_storage() {
        let written = r#"{"matchLabels":{"a":"x"},"matchExpressions":[{"key":"b","operator":"Exists"}]}"#;
        let selector = serde_json::from_str::<Selector>(written).ok();
        let stored = selector.as_ref().and_then(|it| serde_json::to_string(it).ok());
        assert_eq!(stored.and_then(|it| serde_json::from_str(&it).ok()), selector);
        assert!(selector.is_some());
        assert!(
            serde_json::from_str::<Selector>(r#"{"matchExpressions":[{"key":"b","operator":"In"}]}"#)
                .is_err()
        );
        assert_eq!(serde_json::from_str::<Selector>("{}").ok(), Some(Selector::default()));
    }
}
