//! What is changed of how the widget looks.

use app::widget::{ChangeAppearance, ChangeColors};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    http::api::agents::given,
    json::{ButtonPositionName, ButtonStyleName, ThemeName},
};

/// What is changed of how the widget looks; what is not given stays. All sizes are in CSS pixels.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = UpdateWidgetAppearance)]
pub(super) struct AppearanceBody {
    /// Light, dark, or as the visitor's system is.
    #[schema(value_type = Option<ThemeName>, example = "dark")]
    theme: Option<String>,
    /// The form of the button: a circle, or a tab with a text.
    #[schema(value_type = Option<ButtonStyleName>, example = "round")]
    button_style: Option<String>,
    /// Where the button is. The first letter is the edge of the window (bottom, left, right), the second the place along it
    /// (left, center, right, top, middle, bottom).
    #[schema(value_type = Option<ButtonPositionName>, example = "bl")]
    button_position: Option<String>,
    /// The size of the button.
    #[schema(minimum = 24, maximum = 120, example = 60)]
    button_size: Option<i64>,
    /// The width of the open chat.
    #[schema(minimum = 280, maximum = 800, example = 380)]
    chat_width: Option<i64>,
    /// The height of the open chat.
    #[schema(minimum = 320, maximum = 1_200, example = 600)]
    chat_height: Option<i64>,
    /// The place in the pile of what is on the page, as in CSS.
    #[schema(minimum = 0, maximum = 2_147_483_647, example = 9_999)]
    z_index: Option<i64>,
    /// The distance from the left or right edge of the window.
    #[schema(minimum = 0, maximum = 400, example = 20)]
    offset_x: Option<i64>,
    /// The distance from its upper or lower edge.
    #[schema(minimum = 0, maximum = 400, example = 20)]
    offset_y: Option<i64>,
    /// The colours; what is not given stays.
    colors: Option<ColorsBody>,
}

/// What is changed of the colours, as `#rrggbb` or `#rgb`; null for the widget's own again.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = UpdateWidgetColors)]
pub(super) struct ColorsBody {
    /// The sign and the text of the button.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, example = "#ffffff")]
    button_text: Option<Option<String>>,
    /// What is behind them.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, example = "#0b5fff")]
    button_bg: Option<Option<String>>,
    /// What is behind a visitor's messages.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, example = json!(null))]
    visitor_bubble_bg: Option<Option<String>>,
    /// What is behind agents' messages.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, example = json!(null))]
    agent_bubble_bg: Option<Option<String>>,
}

impl From<AppearanceBody> for ChangeAppearance {
    fn from(body: AppearanceBody) -> Self {
        Self {
            theme: body.theme,
            button_style: body.button_style,
            button_position: body.button_position,
            button_size: body.button_size,
            chat_width: body.chat_width,
            chat_height: body.chat_height,
            z_index: body.z_index,
            offset_x: body.offset_x,
            offset_y: body.offset_y,
            colors: body.colors.map(ChangeColors::from),
        }
    }
}

impl From<ColorsBody> for ChangeColors {
    fn from(body: ColorsBody) -> Self {
        Self {
            button_text: body.button_text,
            button_bg: body.button_bg,
            visitor_bubble_bg: body.visitor_bubble_bg,
            agent_bubble_bg: body.agent_bubble_bg,
        }
    }
}
