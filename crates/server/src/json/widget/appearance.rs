//! The public form of how a widget looks.

use model::widget::{Appearance, Choice, Color, Colors};
use serde::Serialize;
use utoipa::ToSchema;

use super::{ButtonPositionName, ButtonStyleName, ThemeName};

/// How a widget looks. All sizes are in CSS pixels.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = WidgetAppearance)]
pub(crate) struct AppearanceJson {
    /// Light, dark, or as the visitor's system is.
    #[schema(value_type = ThemeName, example = "auto")]
    theme: &'static str,
    /// The form of the button: a circle, or a tab with a text.
    #[schema(value_type = ButtonStyleName, example = "round")]
    button_style: &'static str,
    /// Where the button is. The first letter is the edge of the window (bottom, left, right), the second the place along it
    /// (left, center, right, top, middle, bottom).
    #[schema(value_type = ButtonPositionName, example = "br")]
    button_position: &'static str,
    /// The size of the button.
    #[schema(minimum = 24, maximum = 120, example = 60)]
    button_size: u32,
    /// The width of the open chat.
    #[schema(minimum = 280, maximum = 800, example = 380)]
    chat_width: u32,
    /// The height of the open chat.
    #[schema(minimum = 320, maximum = 1_200, example = 600)]
    chat_height: u32,
    /// The place in the pile of what is on the page, as in CSS.
    #[schema(minimum = 0, maximum = 2_147_483_647, example = 9_999)]
    z_index: u32,
    /// The distance from the left or right edge of the window.
    #[schema(minimum = 0, maximum = 400, example = 20)]
    offset_x: u32,
    /// The distance from its upper or lower edge.
    #[schema(minimum = 0, maximum = 400, example = 20)]
    offset_y: u32,
    /// The colours that were chosen.
    colors: ColorsJson,
}

impl From<Appearance> for AppearanceJson {
    fn from(appearance: Appearance) -> Self {
        Self {
            theme: appearance.theme.as_str(),
            button_style: appearance.button_style.as_str(),
            button_position: appearance.button_position.as_str(),
            button_size: appearance.button_size,
            chat_width: appearance.chat_width,
            chat_height: appearance.chat_height,
            z_index: appearance.z_index,
            offset_x: appearance.offset_x,
            offset_y: appearance.offset_y,
            colors: appearance.colors.into(),
        }
    }
}

/// The colours of a widget, as `#rrggbb`; null for the widget's own.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = WidgetColors)]
pub(crate) struct ColorsJson {
    /// The sign and the text of the button.
    #[schema(example = json!(null))]
    button_text: Option<String>,
    /// What is behind them.
    #[schema(example = "#0b5fff")]
    button_bg: Option<String>,
    /// What is behind a visitor's messages.
    #[schema(example = json!(null))]
    visitor_bubble_bg: Option<String>,
    /// What is behind agents' messages.
    #[schema(example = json!(null))]
    agent_bubble_bg: Option<String>,
}

impl From<Colors> for ColorsJson {
    fn from(colors: Colors) -> Self {
        let text = |color: Option<Color>| color.map(String::from);
        Self {
            button_text: text(colors.button_text),
            button_bg: text(colors.button_bg),
            visitor_bubble_bg: text(colors.visitor_bubble_bg),
            agent_bubble_bg: text(colors.agent_bubble_bg),
        }
    }
}
