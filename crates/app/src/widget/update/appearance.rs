//! How the widget looks.

use std::ops::RangeInclusive;

use model::widget::{
    Appearance, BUTTON_SIZES, CHAT_HEIGHTS, CHAT_WIDTHS, Color, Colors, OFFSETS, Z_INDEXES,
};

use super::{choice, invalid};
use crate::{Error, Result};

/// What is changed of how a widget looks; what is not given stays.
#[derive(Clone, Debug, Default)]
pub struct ChangeAppearance {
    /// Light or dark, by name.
    pub theme: Option<String>,
    /// The form of the button, by name.
    pub button_style: Option<String>,
    /// Where the button is, by name.
    pub button_position: Option<String>,
    /// Its size.
    pub button_size: Option<i64>,
    /// The width of the open chat.
    pub chat_width: Option<i64>,
    /// Its height.
    pub chat_height: Option<i64>,
    /// Its place in the pile of what is on the page.
    pub z_index: Option<i64>,
    /// The distance from the left or right edge.
    pub offset_x: Option<i64>,
    /// The distance from the upper or lower edge.
    pub offset_y: Option<i64>,
    /// The colours.
    pub colors: Option<ChangeColors>,
}

/// What is changed of the colours: another one, or the widget's own again.
#[derive(Clone, Debug, Default)]
pub struct ChangeColors {
    /// The sign and the text of the button.
    pub button_text: Option<Option<String>>,
    /// What is behind them.
    pub button_bg: Option<Option<String>>,
    /// What is behind a visitor's messages.
    pub visitor_bubble_bg: Option<Option<String>>,
    /// What is behind agents' messages.
    pub agent_bubble_bg: Option<Option<String>>,
}

impl ChangeAppearance {
    /// Changes how a widget looks.
    pub(super) fn apply(&self, appearance: &mut Appearance) -> Result<()> {
        if let Some(name) = &self.theme {
            appearance.theme = choice("appearance.theme", name)?;
        }
        if let Some(name) = &self.button_style {
            appearance.button_style = choice("appearance.buttonStyle", name)?;
        }
        if let Some(name) = &self.button_position {
            appearance.button_position = choice("appearance.buttonPosition", name)?;
        }
        let Appearance {
            button_size,
            chat_width,
            chat_height,
            z_index,
            offset_x,
            offset_y,
            ..
        } = appearance;
        for (name, number, given, bounds) in [
            ("buttonSize", button_size, self.button_size, BUTTON_SIZES),
            ("chatWidth", chat_width, self.chat_width, CHAT_WIDTHS),
            ("chatHeight", chat_height, self.chat_height, CHAT_HEIGHTS),
            ("zIndex", z_index, self.z_index, Z_INDEXES),
            ("offsetX", offset_x, self.offset_x, OFFSETS),
            ("offsetY", offset_y, self.offset_y, OFFSETS),
        ] {
            if let Some(given) = given {
                *number = within(name, given, &bounds)?;
            }
        }
        match &self.colors {
            Some(given) => given.apply(&mut appearance.colors),
            None => Ok(()),
        }
    }
}

impl ChangeColors {
    fn apply(&self, colors: &mut Colors) -> Result<()> {
        for (name, color, given) in [
            ("buttonText", &mut colors.button_text, &self.button_text),
            ("buttonBg", &mut colors.button_bg, &self.button_bg),
            (
                "visitorBubbleBg",
                &mut colors.visitor_bubble_bg,
                &self.visitor_bubble_bg,
            ),
            (
                "agentBubbleBg",
                &mut colors.agent_bubble_bg,
                &self.agent_bubble_bg,
            ),
        ] {
            if let Some(given) = given {
                *color = match given {
                    Some(text) => Some(parse_color(name, text)?),
                    None => None,
                };
            }
        }
        Ok(())
    }
}

fn within(name: &str, given: i64, bounds: &RangeInclusive<u32>) -> Result<u32> {
    let number = u32::try_from(given).ok();
    number
        .filter(|number| bounds.contains(number))
        .ok_or_else(|| {
            let (min, max) = (bounds.start(), bounds.end());
            Error::OutOfRange(format!("appearance.{name} must be {min} to {max}"))
        })
}

fn parse_color(name: &str, text: &str) -> Result<Color> {
    Color::parse(text).ok_or_else(|| {
        invalid(format!(
            "appearance.colors.{name} must be a colour as #1a2b3c"
        ))
    })
}
