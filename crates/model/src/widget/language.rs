//! The languages that the widget speaks.

use serde::{Deserialize, Serialize};

use super::Choice;
use crate::language;

/// A language of the widget.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the names say all")]
pub enum Language {
    En,
    Fr,
    De,
    Es,
    It,
    Pt,
    Nl,
    Pl,
    Ru,
    Ar,
    Ja,
    Zh,
}

impl Choice for Language {
    const ALL: &'static [(Self, &'static str)] = &[
        (Language::En, "en"),
        (Language::Fr, "fr"),
        (Language::De, "de"),
        (Language::Es, "es"),
        (Language::It, "it"),
        (Language::Pt, "pt"),
        (Language::Nl, "nl"),
        (Language::Pl, "pl"),
        (Language::Ru, "ru"),
        (Language::Ar, "ar"),
        (Language::Ja, "ja"),
        (Language::Zh, "zh"),
    ];
}

impl Language {
    /// The one that is meant by a name as browsers and sites write it: `pt-BR` is Portuguese.
    pub fn of(name: &str) -> Option<Self> {
        let name = language::parse(name)?;
        Self::parse(name.split('-').next()?)
    }
}
