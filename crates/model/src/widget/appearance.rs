//! How the widget looks.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use super::Choice;

/// How large the button may be, in CSS pixels: smaller ones cannot be hit (WCAG 2.2, 2.5.8).
pub const BUTTON_SIZES: RangeInclusive<u32> = 24..=120;

/// How wide the open chat may be, in CSS pixels.
pub const CHAT_WIDTHS: RangeInclusive<u32> = 280..=800;

/// How high it may be.
pub const CHAT_HEIGHTS: RangeInclusive<u32> = 320..=1_200;

/// Where it may be in the pile of what is on the page: browsers know no higher place.
pub const Z_INDEXES: RangeInclusive<u32> = 0..=2_147_483_647;

/// How far from the edges of the window it may be, in CSS pixels.
pub const OFFSETS: RangeInclusive<u32> = 0..=400;

/// How the widget looks. All sizes are in CSS pixels.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Appearance {
    /// Light, dark, or as the visitor's system is.
    pub theme: Theme,
    /// The form of the button.
    pub button_style: ButtonStyle,
    /// Where the button is.
    pub button_position: ButtonPosition,
    /// Its size, one of [`BUTTON_SIZES`].
    pub button_size: u32,
    /// The width of the open chat, one of [`CHAT_WIDTHS`].
    pub chat_width: u32,
    /// Its height, one of [`CHAT_HEIGHTS`].
    pub chat_height: u32,
    /// Its place in the pile of what is on the page, one of [`Z_INDEXES`].
    pub z_index: u32,
    /// Its distance from the left or right edge of the window, one of [`OFFSETS`].
    pub offset_x: u32,
    /// Its distance from the upper or lower edge.
    pub offset_y: u32,
    /// Its colours.
    pub colors: Colors,
}

impl Default for Appearance {
    fn default() -> Self {
        Self {
            theme: Theme::Auto,
            button_style: ButtonStyle::Round,
            button_position: ButtonPosition::BottomRight,
            button_size: 60,
            chat_width: 380,
            chat_height: 600,
            z_index: 9_999,
            offset_x: 20,
            offset_y: 20,
            colors: Colors::default(),
        }
    }
}

/// Light or dark.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Theme {
    /// As the visitor's system is.
    Auto,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

impl Choice for Theme {
    const ALL: &'static [(Self, &'static str)] = &[
        (Theme::Auto, "auto"),
        (Theme::Light, "light"),
        (Theme::Dark, "dark"),
    ];
}

/// The form of the button.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ButtonStyle {
    /// A circle.
    Round,
    /// A tab with a text.
    Tab,
}

impl Choice for ButtonStyle {
    const ALL: &'static [(Self, &'static str)] =
        &[(ButtonStyle::Round, "round"), (ButtonStyle::Tab, "tab")];
}

/// Where the button is: first the edge of the window, then the place along it (contract C.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names say all")]
pub enum ButtonPosition {
    #[serde(rename = "bl")]
    BottomLeft,
    #[serde(rename = "bc")]
    BottomCenter,
    #[serde(rename = "br")]
    BottomRight,
    #[serde(rename = "lt")]
    LeftTop,
    #[serde(rename = "lm")]
    LeftMiddle,
    #[serde(rename = "lb")]
    LeftBottom,
    #[serde(rename = "rt")]
    RightTop,
    #[serde(rename = "rm")]
    RightMiddle,
    #[serde(rename = "rb")]
    RightBottom,
}

impl Choice for ButtonPosition {
    const ALL: &'static [(Self, &'static str)] = &[
        (ButtonPosition::BottomLeft, "bl"),
        (ButtonPosition::BottomCenter, "bc"),
        (ButtonPosition::BottomRight, "br"),
        (ButtonPosition::LeftTop, "lt"),
        (ButtonPosition::LeftMiddle, "lm"),
        (ButtonPosition::LeftBottom, "lb"),
        (ButtonPosition::RightTop, "rt"),
        (ButtonPosition::RightMiddle, "rm"),
        (ButtonPosition::RightBottom, "rb"),
    ];
}

/// The colours that an organization has chosen; the widget's own where there is none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Colors {
    /// The sign and the text of the button.
    pub button_text: Option<Color>,
    /// What is behind them.
    pub button_bg: Option<Color>,
    /// What is behind a visitor's messages.
    pub visitor_bubble_bg: Option<Color>,
    /// What is behind agents' messages.
    pub agent_bubble_bg: Option<Color>,
}

/// A colour as `#rrggbb`, in lower case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Color(String);

impl Color {
    /// Reads `#rrggbb` or `#rgb`.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.trim().strip_prefix('#')?;
        let is_hex = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        let repeated = match digits.len() {
            3 => 2,
            6 => 1,
            _ => 0,
        };
        (is_hex && repeated > 0).then(|| {
            let digits = digits.to_ascii_lowercase();
            let digits = digits
                .chars()
                .flat_map(|digit| std::iter::repeat_n(digit, repeated));
            Self(std::iter::once('#').chain(digits).collect())
        })
    }

    /// The colour as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<Color> for String {
    fn from(color: Color) -> Self {
        color.0
    }
}

impl TryFrom<String> for Color {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or("no colour as #rrggbb")
    }
}
