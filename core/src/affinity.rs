//! Decides from which nodes a volume can be used.
//!
//! Guarantees: affinities that differ only in order or repetition are equal; no content is refused.
//! Cloning copies a pointer.
//!
//! Deliberately absent: the fields of a node. Whoever asks here knows only its labels, and a term's
//! `matchFields` then demand nothing. Upstream: `CheckNodeAffinity` of `component-helpers`.

use alloc::sync::Arc;
use alloc::vec;
use alloc::vec::Vec;
use core::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::selector::requirement::{self, Dialect, Requirement};
use crate::selector::{Expression, Labels};

/// The nodes that a volume can be used from, by their labels.
///
/// The default is a volume without affinity, which any node can use.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VolumeAffinity {
    /// One of these must hold; without a list, every node will do.
    ///
    /// Terms that no node can meet, because they are empty or invalid, are not in the list.
    required: Option<Arc<[Term]>>,
}

/// All of these must hold. A term with nothing but fields has none and holds everywhere.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Term(Arc<[Requirement]>);

/// A node selector term as it is written in a volume, not yet known to be valid.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct AffinityTerm {
    /// The requirements on the labels of the node.
    pub match_expressions: Vec<Expression>,
    /// Whether there are requirements on the fields of the node.
    pub match_fields: MatchFields,
}

/// What is known of the `matchFields` of a term.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum MatchFields {
    /// There are none.
    #[default]
    Absent,
    /// There are some; what they demand is not looked at.
    Present,
}

impl VolumeAffinity {
    /// The affinity that requires one of `terms`; of no terms, none can be met.
    ///
    /// A term that is empty or invalid matches no node, and harms no other term.
    #[must_use]
    pub fn new(terms: impl IntoIterator<Item = AffinityTerm>) -> Self {
        let mut terms: Vec<Term> = terms.into_iter().filter_map(Term::new).collect();
        terms.sort();
        terms.dedup();
        Self { required: Some(terms.into()) }
    }

    /// Whether a node with these labels can use the volume.
    #[must_use]
    pub fn matches(&self, labels: &Labels) -> bool {
        let Self { required } = self;
        required.as_ref().is_none_or(|terms| terms.iter().any(|it| it.matches(labels)))
    }

    /// Whether nothing is required, so that any node can use the volume.
    #[must_use]
    pub fn is_absent(&self) -> bool {
        self.required.is_none()
    }
}

impl Term {
    /// The term, unless no node can meet it.
    fn new(written: AffinityTerm) -> Option<Self> {
        let AffinityTerm { match_expressions, match_fields } = written;
        match (match_expressions.is_empty(), match_fields) {
            (true, MatchFields::Absent) => None,
            (true, MatchFields::Present) | (false, MatchFields::Absent | MatchFields::Present) => {
                let requirements =
                    match_expressions.into_iter().map(|it| Requirement::new(it, Dialect::Node));
                Some(Self(requirement::in_order(requirements.collect::<Result<_, _>>().ok()?)))
            }
        }
    }

    fn matches(&self, labels: &Labels) -> bool {
        self.0.iter().all(|it| it.is_met_by(labels))
    }
}

/// The terms, such as `tier in (a,b), zone or gpu>3`; `any node` or `no node` when there are none.
impl fmt::Display for VolumeAffinity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(terms) = &self.required else {
            return f.write_str("any node");
        };
        if terms.is_empty() {
            return f.write_str("no node");
        }
        for (place, Term(requirements)) in terms.iter().enumerate() {
            f.write_str(if place == 0 { "" } else { " or " })?;
            if requirements.is_empty() {
                f.write_str("any node")?;
            }
            requirement::write_all(f, requirements)?;
        }
        Ok(())
    }
}

/// The affinity as Kubernetes writes it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct WrittenAffinity {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    required: Option<WrittenTerms>,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct WrittenTerms {
    #[serde(default)]
    node_selector_terms: Option<Vec<WrittenTerm>>,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct WrittenTerm {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    match_expressions: Option<Vec<Expression>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    match_fields: Option<Vec<Expression>>,
}

impl WrittenAffinity {
    /// All operators, each with the places of its term and of its expression in the term.
    pub(crate) fn operators(&self) -> impl Iterator<Item = (usize, usize, &str)> {
        let terms = self.required.as_ref().and_then(|it| it.node_selector_terms.as_ref());
        terms.into_iter().flatten().enumerate().flat_map(|(at, term)| {
            let expressions = term.match_expressions.iter().flatten().enumerate();
            expressions.map(move |(place, it)| (at, place, it.operator.as_str()))
        })
    }
}

impl From<WrittenAffinity> for VolumeAffinity {
    fn from(WrittenAffinity { required }: WrittenAffinity) -> Self {
        let Some(WrittenTerms { node_selector_terms }) = required else {
            return Self::default();
        };
        Self::new(node_selector_terms.unwrap_or_default().into_iter().map(AffinityTerm::from))
    }
}

impl From<WrittenTerm> for AffinityTerm {
    fn from(WrittenTerm { match_expressions, match_fields }: WrittenTerm) -> Self {
        let match_fields = if match_fields.unwrap_or_default().is_empty() {
            MatchFields::Absent
        } else {
            MatchFields::Present
        };
        Self { match_expressions: match_expressions.unwrap_or_default(), match_fields }
    }
}

impl From<&VolumeAffinity> for WrittenAffinity {
    fn from(VolumeAffinity { required }: &VolumeAffinity) -> Self {
        let terms = |it: &Arc<[Term]>| it.iter().map(Term::written).collect();
        Self { required: required.as_ref().map(|it| WrittenTerms { node_selector_terms: Some(terms(it)) }) }
    }
}

/// As Kubernetes writes it for people; as a bare list of terms where fields have no names.
impl Serialize for VolumeAffinity {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            return WrittenAffinity::from(self).serialize(serializer);
        }
        let bare = |it: &Arc<[Term]>| it.iter().map(|it| it.written().into()).collect();
        let terms: Option<Vec<AffinityTerm>> = self.required.as_ref().map(bare);
        terms.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for VolumeAffinity {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            return WrittenAffinity::deserialize(deserializer).map(Self::from);
        }
        let terms = Option::<Vec<AffinityTerm>>::deserialize(deserializer)?;
        Ok(terms.map_or_else(Self::default, Self::new))
    }
}

impl Term {
    /// The term as it can be read again; a field that is not looked at stands for all of them.
    fn written(&self) -> WrittenTerm {
        let expressions: Vec<_> = self.0.iter().map(Requirement::to_expression).collect();
        if expressions.is_empty() {
            WrittenTerm { match_expressions: None, match_fields: Some(vec![Expression::default()]) }
        } else {
            WrittenTerm { match_expressions: Some(expressions), match_fields: None }
        }
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::*;
    use crate::text::Text;

    fn read(terms: &str) -> VolumeAffinity {
        let written = alloc::format!(r#"{{"required":{{"nodeSelectorTerms":{terms}}}}}"#);
        let affinity = serde_json::from_str::<VolumeAffinity>(&written).unwrap_or_default();
        assert!(!affinity.is_absent(), "{written}");
        let stored = serde_json::to_string(&affinity).unwrap_or_default();
        assert_eq!(serde_json::from_str(&stored).ok().as_ref(), Some(&affinity), "{stored}");
        affinity
    }

    #[test]
    fn affinity_has_a_short_text() {
        let check = |terms: &str, expected: &str| assert_eq!(read(terms).to_string(), expected);
        check("null", "no node");
        check("[{}]", "no node");
        check(r#"[{"matchFields":[{"key":"metadata.name"}]}]"#, "any node");
        check(
            r#"[{"matchExpressions":[{"key":"zone","operator":"Exists"},{"key":"gpu","operator":"Gt","values":["3"]}]},
                {"matchExpressions":[{"key":"a","operator":"In","values":["x","y"]}]}]"#,
            "a in (x,y) or gpu>3, zone",
        );
        assert_eq!(VolumeAffinity::default().to_string(), "any node");
    }

    #[test]
    fn affinity_compares_integers_and_skips_what_is_invalid() {
        let node: Labels = [(Text::new("gpu"), Text::new("10"))].into_iter().collect();
        let check = |operator: &str, values: &[&str], expected: bool| {
            let values = values.iter().map(|it| Text::new(it)).collect();
            let expression = Expression { key: Text::new("gpu"), operator: Text::new(operator), values };
            let term =
                AffinityTerm { match_expressions: vec![expression], match_fields: MatchFields::Absent };
            assert_eq!(VolumeAffinity::new([term]).matches(&node), expected, "{operator}");
        };
        check("Gt", &["9"], true);
        check("Gt", &["10"], false);
        check("Lt", &["11"], true);
        check("Lt", &["010"], false);
        check("Gt", &["x"], false);
        check("Gt", &["-1"], false);
        check("Gt", &["1", "2"], false);
        check("Bogus", &[], false);
        check("Exists", &[], true);
    }

    #[test]
    fn affinity_is_two_words() {
        assert_eq!(size_of::<VolumeAffinity>(), 16);
    }
}
