//! One demand on the labels of an object, as selectors and node affinities share it.

use alloc::sync::Arc;
use alloc::vec::Vec;
use alloc::{format, vec};
use core::fmt;

use serde::{Deserialize, Deserializer, Serialize};

use super::{Labels, SelectorError};
use crate::text::Text;

/// Longest name part of a label key, and longest label value, in bytes; set by Kubernetes.
const NAME_BYTES_MAX: usize = 63;

/// Longest prefix of a label key, in bytes; set by Kubernetes.
const PREFIX_BYTES_MAX: usize = 253;

/// A requirement as it is written in an object, not yet known to be valid.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Expression {
    /// The key of the label.
    #[serde(default)]
    pub key: Text,
    /// `In`, `NotIn`, `Exists`, `DoesNotExist`, and for nodes also `Gt` and `Lt`.
    #[serde(default)]
    pub operator: Text,
    /// What the operator compares with; absent and `null` are read as none.
    #[serde(default, deserialize_with = "null_as_none")]
    pub values: Vec<Text>,
}

/// Whose rules apply to an expression.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Dialect {
    /// Label selectors, which have no `Gt` and `Lt`.
    Selector,
    /// Node selectors.
    Node,
}

/// A valid demand on the label under one key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Requirement {
    key: Text,
    test: Test,
}

/// What is demanded of the value. Lists of values are in order and without repetition.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Test {
    In(Arc<[Text]>),
    NotIn(Arc<[Text]>),
    Exists,
    DoesNotExist,
    Above(i64),
    Below(i64),
}

impl Requirement {
    /// The demand for exactly this label.
    pub(crate) fn equal(key: Text, value: Text) -> Result<Self, SelectorError> {
        Self::checked(key, Test::In, vec![value])
    }

    /// The demand that `expression` writes down, if it is valid.
    pub(crate) fn new(expression: Expression, dialect: Dialect) -> Result<Self, SelectorError> {
        let Expression { key, operator, values } = expression;
        match (operator.as_str(), dialect) {
            ("In", _) => Self::checked(key, Test::In, values),
            ("NotIn", _) => Self::checked(key, Test::NotIn, values),
            ("Exists", _) => Self::without_values(key, Test::Exists, &values),
            ("DoesNotExist", _) => Self::without_values(key, Test::DoesNotExist, &values),
            ("Gt", Dialect::Node) => Self::with_integer(key, Test::Above, &values),
            ("Lt", Dialect::Node) => Self::with_integer(key, Test::Below, &values),
            (_, Dialect::Selector | Dialect::Node) => Err(SelectorError::UnknownOperator(operator)),
        }
    }

    fn checked(
        key: Text,
        test: fn(Arc<[Text]>) -> Test,
        mut values: Vec<Text>,
    ) -> Result<Self, SelectorError> {
        check_key(&key)?;
        values.iter().try_for_each(check_value)?;
        values.sort();
        values.dedup();
        if values.is_empty() {
            return Err(SelectorError::ValuesMissing(key));
        }
        Ok(Self { key, test: test(values.into()) })
    }

    fn without_values(key: Text, test: Test, values: &[Text]) -> Result<Self, SelectorError> {
        check_key(&key)?;
        if values.is_empty() { Ok(Self { key, test }) } else { Err(SelectorError::ValuesUnwanted(key)) }
    }

    fn with_integer(key: Text, test: fn(i64) -> Test, values: &[Text]) -> Result<Self, SelectorError> {
        check_key(&key)?;
        let [value] = values else {
            return Err(SelectorError::NotOneInteger(key));
        };
        // A sign makes an invalid label value, so negative bounds do not exist.
        check_value(value)?;
        match value.as_str().parse() {
            Ok(bound) => Ok(Self { key, test: test(bound) }),
            Err(_) => Err(SelectorError::NotOneInteger(key)),
        }
    }

    /// Whether these labels are as demanded.
    pub(crate) fn is_met_by(&self, labels: &Labels) -> bool {
        let value = labels.get(self.key.as_str());
        let number = || value.and_then(|it| it.as_str().parse::<i64>().ok());
        match &self.test {
            Test::In(values) => value.is_some_and(|it| values.contains(it)),
            Test::NotIn(values) => value.is_none_or(|it| !values.contains(it)),
            Test::Exists => value.is_some(),
            Test::DoesNotExist => value.is_none(),
            Test::Above(bound) => number().is_some_and(|it| it > *bound),
            Test::Below(bound) => number().is_some_and(|it| it < *bound),
        }
    }

    /// The demand as it is written in an object.
    pub(crate) fn to_expression(&self) -> Expression {
        let (operator, values) = match &self.test {
            Test::In(values) => ("In", values.to_vec()),
            Test::NotIn(values) => ("NotIn", values.to_vec()),
            Test::Exists => ("Exists", vec![]),
            Test::DoesNotExist => ("DoesNotExist", vec![]),
            Test::Above(bound) => ("Gt", vec![Text::from(format!("{bound}"))]),
            Test::Below(bound) => ("Lt", vec![Text::from(format!("{bound}"))]),
        };
        Expression { key: self.key.clone(), operator: Text::new(operator), values }
    }
}

/// The requirements in order and without repetition, as all of them must hold.
pub(crate) fn in_order(mut requirements: Vec<Requirement>) -> Arc<[Requirement]> {
    requirements.sort();
    requirements.dedup();
    requirements.into()
}

/// Writes the requirements, separated by commas.
pub(crate) fn write_all(f: &mut fmt::Formatter<'_>, requirements: &[Requirement]) -> fmt::Result {
    for (place, requirement) in requirements.iter().enumerate() {
        let separator = if place == 0 { "" } else { ", " };
        write!(f, "{separator}{requirement}")?;
    }
    Ok(())
}

impl fmt::Display for Requirement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { key, test } = self;
        match test {
            Test::In(values) => match values.as_ref() {
                [value] => write!(f, "{key}={value}"),
                values => write_values(f, key, "in", values),
            },
            Test::NotIn(values) => write_values(f, key, "notin", values),
            Test::Exists => write!(f, "{key}"),
            Test::DoesNotExist => write!(f, "!{key}"),
            Test::Above(bound) => write!(f, "{key}>{bound}"),
            Test::Below(bound) => write!(f, "{key}<{bound}"),
        }
    }
}

fn write_values(f: &mut fmt::Formatter<'_>, key: &Text, operator: &str, values: &[Text]) -> fmt::Result {
    write!(f, "{key} {operator} (")?;
    for (place, value) in values.iter().enumerate() {
        let separator = if place == 0 { "" } else { "," };
        write!(f, "{separator}{value}")?;
    }
    f.write_str(")")
}

fn check_key(key: &Text) -> Result<(), SelectorError> {
    let is_valid = match key.as_str().split_once('/') {
        Some((prefix, name)) => is_subdomain(prefix) && is_name(name),
        None => is_name(key.as_str()),
    };
    if is_valid { Ok(()) } else { Err(SelectorError::BadKey(key.clone())) }
}

fn check_value(value: &Text) -> Result<(), SelectorError> {
    if value.is_empty() || is_name(value.as_str()) {
        Ok(())
    } else {
        Err(SelectorError::BadValue(value.clone()))
    }
}

/// Letters and digits, with `-`, `_` and `.` between them.
fn is_name(text: &str) -> bool {
    let is_outer = |it: u8| it.is_ascii_alphanumeric();
    text.len() <= NAME_BYTES_MAX
        && is_delimited(text, is_outer)
        && text.bytes().all(|it| is_outer(it) || matches!(it, b'-' | b'_' | b'.'))
}

/// A DNS name in lower case.
fn is_subdomain(text: &str) -> bool {
    let is_outer = |it: u8| it.is_ascii_lowercase() || it.is_ascii_digit();
    let is_part =
        |part: &str| is_delimited(part, is_outer) && part.bytes().all(|it| is_outer(it) || it == b'-');
    text.len() <= PREFIX_BYTES_MAX && text.split('.').all(is_part)
}

/// Whether there is a first and a last byte, and both are as `is_outer` says.
fn is_delimited(text: &str, is_outer: impl Fn(u8) -> bool) -> bool {
    let is_good = |it: Option<&u8>| it.is_some_and(|it| is_outer(*it));
    is_good(text.as_bytes().first()) && is_good(text.as_bytes().last())
}

fn null_as_none<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Text>, D::Error> {
    if !deserializer.is_human_readable() {
        // There is no `null` where nothing but values is stored.
        return Vec::deserialize(deserializer);
    }
    Option::<Vec<Text>>::deserialize(deserializer).map(Option::unwrap_or_default)
}
